package io.agyn.proxy.egress;

import io.agyn.settings.CidrBlock;
import io.agyn.settings.Settings;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Which addresses may be connected to: never those that only a process on this very machine, or its network card, should
 * reach, whoever registers an LLM provider; private ones unless the operator forbids it, since models run there too.
 */
@Singleton
public class AddressRules {
    private static final int IPV6_BYTES = 16;

    // Each cloud's own; those of most are link-local besides.
    private static final List<CidrBlock> METADATA = CidrBlock.parseAll(
            "169.254.169.254",
            "169.254.170.2", // AWS, of containers
            "169.254.170.23",
            "fd00:ec2::/32", // AWS
            "100.100.100.200", // Alibaba
            "168.63.129.16", // Azure
            "192.0.0.192", // Oracle
            "fd00:c1::a9fe:a9fe",
            "fd20:ce::254", // Google
            "fd00:a9fe:a9fe::/48", // Linode
            "169.254.42.42", // Scaleway
            "fd00:42::42");
    private static final List<CidrBlock> LINK_LOCAL = CidrBlock.parseAll("169.254.0.0/16", "fe80::/10");
    private static final List<CidrBlock> NO_HOST =
            CidrBlock.parseAll("0.0.0.0/8", "::", "224.0.0.0/4", "ff00::/8", "240.0.0.0/4");
    private static final List<CidrBlock> LOOPBACK = CidrBlock.parseAll("127.0.0.0/8", "::1");
    private static final List<CidrBlock> PRIVATE = CidrBlock.parseAll(
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10", // of carriers, and of overlay networks
            "192.0.0.0/24",
            "198.18.0.0/15",
            "fc00::/7",
            "fec0::/10", // site-local, of old
            "64:ff9b:1::/48"); // whatever this network translates to IPv4

    // Where an IPv6 address stands for an IPv4 one.
    private static final CidrBlock COMPATIBLE = CidrBlock.parse("::/96");
    private static final CidrBlock LOOPBACK_V6 = CidrBlock.parse("::1");
    private static final List<CidrBlock> LAST_BYTES =
            CidrBlock.parseAll("::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48");
    private static final CidrBlock SIX_TO_FOUR = CidrBlock.parse("2002::/16");
    private static final CidrBlock TEREDO = CidrBlock.parse("2001::/32");

    private final boolean isPrivateAllowed;

    AddressRules(Settings settings) {
        isPrivateAllowed = switch (settings.egress().privateAddresses()) {
            case ALLOW -> true;
            case DENY -> false;
        };
    }

    /**
     * Says why an address is not connected to.
     *
     * @param address where a name leads, or what a literal means
     * @return what it is and by which rule it is refused, to follow "leads to", without the address itself; nothing where
     *     it may be connected to
     */
    public Optional<String> refusal(InetAddress address) {
        List<byte[]> meanings = meanings(address.getAddress());
        if (isIn(METADATA, meanings)) {
            return Optional.of("a cloud's metadata service, which is never connected to");
        }
        if (isIn(LINK_LOCAL, meanings)) {
            return Optional.of("a link-local address, which is never connected to");
        }
        if (isIn(NO_HOST, meanings)) {
            return Optional.of("an address that is no host's, which is never connected to");
        }
        if (!isPrivateAllowed && isIn(LOOPBACK, meanings)) {
            return Optional.of("this server's own machine, which is not connected to (AGYN_EGRESS_PRIVATE is deny)");
        }
        if (!isPrivateAllowed && isIn(PRIVATE, meanings)) {
            return Optional.of("a private address, which is not connected to (AGYN_EGRESS_PRIVATE is deny)");
        }
        return Optional.empty();
    }

    private static boolean isIn(List<CidrBlock> ranges, List<byte[]> meanings) {
        return ranges.stream().anyMatch(range -> meanings.stream().anyMatch(range::contains));
    }

    /**
     * The address itself, and the IPv4 addresses that an IPv6 one may be turned into on its way. IPv4-mapped ones are IPv4
     * to Java already.
     */
    private static List<byte[]> meanings(byte[] address) {
        List<byte[]> meanings = new ArrayList<>();
        meanings.add(address);
        if (address.length != IPV6_BYTES) {
            return meanings;
        }
        // ::1 is no IPv4 address, though it looks like one.
        boolean isCompatible = COMPATIBLE.contains(address) && !LOOPBACK_V6.contains(address);
        // ISATAP, RFC 5214, 6.1.
        boolean isIsatap =
                (address[8] & ~2) == 0 && address[9] == 0 && address[10] == 0x5e && address[11] == (byte) 0xfe;
        if (isCompatible || isIsatap || LAST_BYTES.stream().anyMatch(range -> range.contains(address))) {
            meanings.add(Arrays.copyOfRange(address, 12, 16));
        }
        if (SIX_TO_FOUR.contains(address)) {
            meanings.add(Arrays.copyOfRange(address, 2, 6));
        }
        if (TEREDO.contains(address)) {
            meanings.add(Arrays.copyOfRange(address, 4, 8));
            byte[] client = Arrays.copyOfRange(address, 12, 16);
            for (int i = 0; i < client.length; i++) {
                client[i] = (byte) ~client[i];
            }
            meanings.add(client);
        }
        return meanings;
    }
}
