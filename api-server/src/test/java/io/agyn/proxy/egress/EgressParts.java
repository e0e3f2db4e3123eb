package io.agyn.proxy.egress;

import io.agyn.settings.Settings;

/**
 * The parts that connect to other servers, without Quarkus.
 *
 * @param resolver resolves hosts by the settings' rules
 * @param clients creates HTTP clients by the settings
 */
public record EgressParts(EgressResolver resolver, HttpClients clients) {
    public static EgressParts of(Settings settings) {
        AddressRules rules = new AddressRules(settings);
        return new EgressParts(new EgressResolver(rules, new Addresses(rules), settings), new HttpClients(settings));
    }
}
