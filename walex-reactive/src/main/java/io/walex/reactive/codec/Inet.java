package io.walex.reactive.codec;

import java.net.InetAddress;

/**
 * PostgreSQL's {@code inet}: a host's address and the size of its network.
 *
 * @param address the host
 * @param prefixLength the network's bits, 32 or 128 for a host alone
 */
public record Inet(InetAddress address, int prefixLength) {

    /**
     * Parses PostgreSQL's text form.
     *
     * @throws IllegalArgumentException when it is not an address, or not numeric
     */
    public static Inet parse(String text) {
        int slash = text.indexOf('/');
        InetAddress address = NetworkAddress.parse(slash < 0 ? text : text.substring(0, slash));
        int bits = address.getAddress().length * Byte.SIZE;
        return new Inet(address, slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1)));
    }

    public Inet {
        if (prefixLength < 0 || prefixLength > address.getAddress().length * Byte.SIZE) {
            throw new IllegalArgumentException("a prefix of " + prefixLength + " bits");
        }
    }

    /** Whether it stands for one host, not for one within a network. */
    public boolean isHost() {
        return prefixLength == address.getAddress().length * Byte.SIZE;
    }

    /** PostgreSQL's text form: {@code 192.168.0.1/24}, {@code ::1}. */
    @Override
    public String toString() {
        String text = NetworkAddress.text(address);
        return isHost() ? text : text + '/' + prefixLength;
    }
}
