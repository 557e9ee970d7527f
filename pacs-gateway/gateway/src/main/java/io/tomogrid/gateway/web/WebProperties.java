package io.tomogrid.gateway.web;

import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of what a browser sees.
 *
 * @param viewer folder of the unpacked viewer; none, or one that is not there: a page says how to get it
 * @param loginLink how long a login link can be used
 * @param session how long a browser stays logged in without asking for anything
 */
@ConfigurationProperties("tomogrid.gateway.web")
record WebProperties(
        Path viewer,
        @DefaultValue("1h") Duration loginLink,
        @DefaultValue("8h") Duration session) {}
