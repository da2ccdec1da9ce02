package io.walex.reactive.codec;

import java.net.InetAddress;

/** {@code inet} and {@code cidr}. */
final class NetworkCodecs {

    static final ColumnCodec INET = new FormsCodec(
            (bytes, offset, length) -> Inet.parse(Digits.ascii(bytes, offset, length)), NetworkCodecs::inet);

    static final ColumnCodec CIDR = new FormsCodec(
            (bytes, offset, length) -> Cidr.parse(Digits.ascii(bytes, offset, length)), NetworkCodecs::cidr);

    private static final int HEADER = 4;

    private NetworkCodecs() {}

    /** Family, bits, whether cidr, size of the address. The family's number is the platform's: the size says it too. */
    private static Inet inet(byte[] bytes, int offset, int length) {
        BinaryCursor cursor = new BinaryCursor(bytes, offset, length);
        cursor.int8();
        int bits = cursor.int8() & 0xFF;
        cursor.int8();
        int size = cursor.int8() & 0xFF;
        BinaryCursor.expect(HEADER + size, length);
        InetAddress address = NetworkAddress.of(java.util.Arrays.copyOfRange(bytes, offset + HEADER, offset + length));
        return new Inet(address, bits);
    }

    private static Cidr cidr(byte[] bytes, int offset, int length) {
        Inet inet = inet(bytes, offset, length);
        return new Cidr(inet.address(), inet.prefixLength());
    }
}
