package io.walex.reactive.codec;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** PostgreSQL's text form of addresses. Names are never looked up. */
final class NetworkAddress {

    private static final int IPV6_WORDS = 8;

    private NetworkAddress() {}

    static InetAddress of(byte[] address) {
        try {
            // getByAddress(bytes) would turn ::ffff:1.2.3.4 into an IPv4 address.
            return address.length == 16
                    ? Inet6Address.getByAddress(null, address, -1)
                    : InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("an address of " + address.length + " bytes", e);
        }
    }

    static InetAddress parse(String text) {
        try {
            return of(text.indexOf(':') < 0 ? ipv4(text) : ipv6(text));
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            throw malformed(text, e);
        }
    }

    private static byte[] ipv4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            throw malformed(text, null);
        }
        byte[] address = new byte[4];
        for (int i = 0; i < 4; i++) {
            address[i] = (byte) number(parts[i], 10, 0xFF);
        }
        return address;
    }

    private static byte[] ipv6(String text) {
        int gap = text.indexOf("::");
        byte[] head = words(gap < 0 ? text : text.substring(0, gap));
        byte[] tail = gap < 0 ? new byte[0] : words(text.substring(gap + 2));
        if (gap < 0 ? head.length != 16 : head.length + tail.length > 14) {
            throw malformed(text, null);
        }
        byte[] address = new byte[16];
        System.arraycopy(head, 0, address, 0, head.length);
        System.arraycopy(tail, 0, address, 16 - tail.length, tail.length);
        return address;
    }

    private static byte[] words(String text) {
        if (text.isEmpty()) {
            return new byte[0];
        }
        String[] words = text.split(":", -1);
        String last = words[words.length - 1];
        boolean endsInIpv4 = last.indexOf('.') >= 0;
        int count = endsInIpv4 ? words.length - 1 : words.length;
        byte[] bytes = new byte[2 * count + (endsInIpv4 ? 4 : 0)];
        for (int i = 0; i < count; i++) {
            int word = number(words[i], 16, 0xFFFF);
            bytes[2 * i] = (byte) (word >> 8);
            bytes[2 * i + 1] = (byte) word;
        }
        if (endsInIpv4) {
            System.arraycopy(ipv4(last), 0, bytes, 2 * count, 4);
        }
        return bytes;
    }

    private static int number(String text, int radix, int maximum) {
        int number = Integer.parseInt(text, radix);
        if (number > maximum || Character.digit(text.charAt(0), radix) < 0) {
            throw malformed(text, null);
        }
        return number;
    }

    /** With the longest run of zeros left out, as {@code inet_ntop} does. */
    static String text(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address.getHostAddress();
        }
        byte[] bytes = address.getAddress();
        int[] words = new int[IPV6_WORDS];
        for (int i = 0; i < IPV6_WORDS; i++) {
            words[i] = (bytes[2 * i] & 0xFF) << 8 | bytes[2 * i + 1] & 0xFF;
        }
        int gap = -1;
        int gapLength = 1;
        for (int i = 0; i < IPV6_WORDS; i++) {
            int length = zeros(words, i);
            if (length > gapLength) {
                gap = i;
                gapLength = length;
            }
        }
        return ipv6Text(words, gap, gapLength);
    }

    private static int zeros(int[] words, int from) {
        int length = 0;
        while (from + length < IPV6_WORDS && words[from + length] == 0) {
            length++;
        }
        return length;
    }

    private static String ipv6Text(int[] words, int gap, int gapLength) {
        StringBuilder text = new StringBuilder();
        boolean endsInIpv4 =
                gap == 0 && (gapLength == 6 || gapLength == 7 && words[7] != 1 || gapLength == 5 && words[5] == 0xFFFF);
        int end = endsInIpv4 ? 6 : IPV6_WORDS;
        for (int i = 0; i < end; i++) {
            if (i == gap) {
                text.append(':');
                i += gapLength - 1;
            } else {
                text.append(i == 0 ? "" : ":").append(Integer.toHexString(words[i]));
            }
        }
        if (endsInIpv4) {
            text.append(':');
            text.append(words[6] >> 8).append('.').append(words[6] & 0xFF).append('.');
            return text.append(words[7] >> 8)
                    .append('.')
                    .append(words[7] & 0xFF)
                    .toString();
        }
        return gap + gapLength == IPV6_WORDS ? text.append(':').toString() : text.toString();
    }

    private static IllegalArgumentException malformed(String text, @org.jspecify.annotations.Nullable Throwable cause) {
        return new IllegalArgumentException("\"" + text + "\" is not an IP address", cause);
    }
}
