package io.tomogrid.manager;

import io.tomogrid.manager.peer.DriverClient;
import io.tomogrid.manager.peer.GatewayClient;
import java.net.http.HttpClient;

/** Whom the scheduler calls. Its thread alone does. */
record Peers(GatewayClient gateway, DriverClient driver, Agents agents) {
    /** @param toAgents the same as {@code http}, or one that trusts the agents' authorities */
    Peers(ManagerProperties properties, String token, HttpClient http, HttpClient toAgents) {
        this(
                new GatewayClient(properties.gatewayUrl(), token, http, properties.timeout()),
                new DriverClient(properties.driverUrl(), token, http, properties.timeout()),
                new Agents(properties, token, toAgents));
    }
}
