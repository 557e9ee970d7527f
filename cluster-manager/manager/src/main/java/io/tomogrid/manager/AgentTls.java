package io.tomogrid.manager;

import io.tomogrid.slices.http.Tls;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.Optional;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * How agents on other hosts are trusted, and what they are shown (SLC-33). Without it an agent's certificate must be of an
 * authority that the JDK trusts.
 *
 * @param agentTrust PEM file of the authorities of the agents' certificates
 * @param agentKey PKCS12 file with the manager's key, which agents ask for unless they take any client
 * @param agentKeyPassword its password; as the environment variable TOMOGRID_MANAGER_AGENTKEYPASSWORD, never on a command line
 */
@ConfigurationProperties("tomogrid.manager")
record AgentTls(Path agentTrust, Path agentKey, String agentKeyPassword) {
    /** @throws IllegalArgumentException naming what is missing */
    AgentTls {
        if (agentKey != null && (agentTrust == null || agentKeyPassword == null)) {
            throw new IllegalArgumentException("tomogrid.manager: agent-key needs agent-trust and agent-key-password");
        }
    }

    /** @throws IOException naming the file that cannot be used */
    HttpClient client(HttpClient.Builder http) throws IOException {
        if (agentTrust == null) {
            return http.build();
        }
        Optional<Tls.Key> key = Optional.ofNullable(agentKey).map(file -> new Tls.Key(file, agentKeyPassword));
        return http.sslContext(Tls.client(agentTrust, key).context()).build();
    }
}
