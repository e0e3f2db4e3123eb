package io.agyn.secretproviders;

import io.agyn.api.model.SecretProviderAuthMethod;
import io.agyn.api.model.SecretProviderConfigInput;
import io.agyn.api.model.SecretProviderCreate;
import io.agyn.api.model.SecretProviderUpdate;
import io.agyn.contract.BaseUrls;
import io.agyn.contract.BodyRules;
import io.agyn.contract.RelativePaths;
import io.agyn.contract.Violations;
import jakarta.inject.Singleton;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checks that the config has one credential, an address that can be called, certificates that can be read, and paths that
 * Vault does not read as others.
 */
final class SecretProviderRules {
    private static final Pattern API = Pattern.compile("(/v1)/*$");

    private SecretProviderRules() {}

    @Singleton
    static class OnCreate implements BodyRules<SecretProviderCreate> {
        @Override
        public Class<SecretProviderCreate> type() {
            return SecretProviderCreate.class;
        }

        @Override
        public void check(SecretProviderCreate body, Violations violations) {
            SecretProviderConfigInput config = body.getConfig();
            if (config != null) {
                checkConfig(config, violations);
                if (config.getToken() == null && config.getSecretId() == null) {
                    requireCredential(authMethod(config), violations);
                }
            }
        }
    }

    @Singleton
    static class OnUpdate implements BodyRules<SecretProviderUpdate> {
        @Override
        public Class<SecretProviderUpdate> type() {
            return SecretProviderUpdate.class;
        }

        @Override
        public void check(SecretProviderUpdate body, Violations violations) {
            if (body.getConfig() != null) {
                checkConfig(body.getConfig(), violations);
            }
        }
    }

    /** AppRole if there is a role id. */
    static SecretProviderAuthMethod authMethod(SecretProviderConfigInput config) {
        return config.getRoleId() == null ? SecretProviderAuthMethod.TOKEN : SecretProviderAuthMethod.APPROLE;
    }

    /** Adds a violation for the missing credential of an auth method. */
    static void requireCredential(SecretProviderAuthMethod authMethod, Violations violations) {
        switch (authMethod) {
            case TOKEN -> {
                if (!violations.existAt("/config/token") && !violations.existAt("/config/role_id")) {
                    violations.at("/config/token", "Set token, or role_id and secret_id.");
                }
            }
            case APPROLE -> {
                if (!violations.existAt("/config/secret_id")) {
                    violations.at("/config/secret_id", "Add this field; role_id requires it.");
                }
            }
        }
    }

    private static void checkConfig(SecretProviderConfigInput config, Violations violations) {
        checkAddress(config.getAddress(), violations);
        RelativePaths.check(config.getNamespace(), "/config/namespace", "namespace", violations);
        RelativePaths.check(config.getApproleMount(), "/config/approle_mount", "mount", violations);
        checkCertificate(config.getCaCertificate(), violations);
        boolean hasRole = config.getRoleId() != null;
        if (config.getToken() != null
                && (hasRole || config.getSecretId() != null || config.getApproleMount() != null)) {
            violations.at("/config/token", "Set token, or role_id and secret_id, not both.");
        } else if (!hasRole && !violations.existAt("/config/role_id")) {
            if (config.getSecretId() != null) {
                violations.at("/config/role_id", "Add this field; secret_id requires it.");
            } else if (config.getApproleMount() != null) {
                violations.at("/config/role_id", "Add this field; approle_mount requires it.");
            }
        }
    }

    private static void checkAddress(@Nullable String address, Violations violations) {
        if (address == null || violations.existAt("/config/address")) {
            return;
        }
        BaseUrls.check(address, "/config/address", violations);
        Matcher api = API.matcher(address);
        if (api.find()) {
            violations.at("/config/address", "Remove " + api.group(1) + " from its end; requests add it.");
        }
    }

    private static void checkCertificate(@Nullable String pem, Violations violations) {
        if (pem == null || violations.existAt("/config/ca_certificate")) {
            return;
        }
        if (pem.contains("PRIVATE KEY")) {
            violations.at("/config/ca_certificate", "Remove the private key; only certificates belong here.");
        } else if (!hasCertificates(pem)) {
            violations.at(
                    "/config/ca_certificate",
                    "Must be PEM certificates, each between BEGIN CERTIFICATE and END CERTIFICATE.");
        }
    }

    private static boolean hasCertificates(String pem) {
        try {
            return !CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
                    .isEmpty();
        } catch (CertificateException e) {
            return false;
        }
    }
}
