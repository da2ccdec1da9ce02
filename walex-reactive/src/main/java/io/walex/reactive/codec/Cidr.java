package io.walex.reactive.codec;

import java.net.InetAddress;

/**
 * PostgreSQL's {@code cidr}: a network.
 *
 * @param address its first address
 * @param prefixLength its bits
 */
public record Cidr(InetAddress address, int prefixLength) {

    /**
     * Parses PostgreSQL's text form.
     *
     * @throws IllegalArgumentException when it is not a network
     */
    public static Cidr parse(String text) {
        Inet inet = Inet.parse(text);
        return new Cidr(inet.address(), inet.prefixLength());
    }

    /** PostgreSQL's text form: {@code 192.168.0.0/24}. */
    @Override
    public String toString() {
        return NetworkAddress.text(address) + '/' + prefixLength;
    }
}
