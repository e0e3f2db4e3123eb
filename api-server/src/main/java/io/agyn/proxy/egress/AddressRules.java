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
 * Decides which addresses providers may have. Addresses that only processes on this machine, or its network card,
 * should reach are never allowed. Private addresses are allowed unless the operator denies them, since models run
 * there too.
 */
@Singleton
public class AddressRules {
    private static final int IPV6_BYTES = 16;

    // Metadata services of the clouds; most of the others are link-local.
    private static final List<CidrBlock> METADATA = CidrBlock.parseAll(
            "169.254.169.254",
            "169.254.170.2", // AWS, for containers
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
    private static final List<CidrBlock> UNUSABLE =
            CidrBlock.parseAll("0.0.0.0/8", "::", "224.0.0.0/4", "ff00::/8", "240.0.0.0/4");
    private static final List<CidrBlock> LOOPBACK = CidrBlock.parseAll("127.0.0.0/8", "::1");
    private static final List<CidrBlock> PRIVATE = CidrBlock.parseAll(
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10", // carrier-grade NAT, and overlay networks
            "192.0.0.0/24",
            "198.18.0.0/15",
            "fc00::/7",
            "fec0::/10", // site-local, deprecated
            "64:ff9b:1::/48"); // IPv4 addresses that this network translates

    // IPv6 addresses that embed IPv4 addresses.
    private static final CidrBlock COMPATIBLE = CidrBlock.parse("::/96");
    private static final CidrBlock LOOPBACK_V6 = CidrBlock.parse("::1");
    private static final List<CidrBlock> LAST_BYTES =
            CidrBlock.parseAll("::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48");
    private static final CidrBlock SIX_TO_FOUR = CidrBlock.parse("2002::/16");
    private static final CidrBlock TEREDO = CidrBlock.parse("2001::/32");

    private static final String BLOCKED_PRIVATE =
            "which is blocked (AGYN_EGRESS_PRIVATE is deny): use another host, or have the operator allow private addresses";

    private final boolean isPrivateAllowed;

    AddressRules(Settings settings) {
        isPrivateAllowed = switch (settings.egress().privateAddresses()) {
            case ALLOW -> true;
            case DENY -> false;
        };
    }

    /**
     * Returns why an address is not allowed.
     *
     * @param address a resolved address, or a literal
     * @return the kind of address, the rule and the remedy, to follow "resolves to", without the address; empty if it is allowed
     */
    public Optional<String> denial(InetAddress address) {
        List<byte[]> interpretations = interpretations(address.getAddress());
        if (isIn(METADATA, interpretations)) {
            return Optional.of("a cloud metadata address, which is always blocked: use another host");
        }
        if (isIn(LINK_LOCAL, interpretations)) {
            return Optional.of("a link-local address, which is always blocked: use another host");
        }
        if (isIn(UNUSABLE, interpretations)) {
            return Optional.of("an address that belongs to no host, which is always blocked: use another host");
        }
        if (!isPrivateAllowed && isIn(LOOPBACK, interpretations)) {
            return Optional.of("a loopback address, " + BLOCKED_PRIVATE);
        }
        if (!isPrivateAllowed && isIn(PRIVATE, interpretations)) {
            return Optional.of("a private address, " + BLOCKED_PRIVATE);
        }
        return Optional.empty();
    }

    private static boolean isIn(List<CidrBlock> ranges, List<byte[]> interpretations) {
        return ranges.stream().anyMatch(range -> interpretations.stream().anyMatch(range::contains));
    }

    /**
     * Returns the address, and the IPv4 addresses that an IPv6 address embeds. Java already turns IPv4-mapped
     * addresses into IPv4.
     */
    private static List<byte[]> interpretations(byte[] address) {
        List<byte[]> interpretations = new ArrayList<>();
        interpretations.add(address);
        if (address.length != IPV6_BYTES) {
            return interpretations;
        }
        // ::1 is not an embedded IPv4 address, though it looks like one.
        boolean isCompatible = COMPATIBLE.contains(address) && !LOOPBACK_V6.contains(address);
        // ISATAP, RFC 5214, section 6.1.
        boolean isIsatap =
                (address[8] & ~2) == 0 && address[9] == 0 && address[10] == 0x5e && address[11] == (byte) 0xfe;
        if (isCompatible || isIsatap || LAST_BYTES.stream().anyMatch(range -> range.contains(address))) {
            interpretations.add(Arrays.copyOfRange(address, 12, 16));
        }
        if (SIX_TO_FOUR.contains(address)) {
            interpretations.add(Arrays.copyOfRange(address, 2, 6));
        }
        if (TEREDO.contains(address)) {
            interpretations.add(Arrays.copyOfRange(address, 4, 8));
            byte[] client = Arrays.copyOfRange(address, 12, 16);
            for (int i = 0; i < client.length; i++) {
                client[i] = (byte) ~client[i];
            }
            interpretations.add(client);
        }
        return interpretations;
    }
}
