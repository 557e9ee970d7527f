package io.tomogrid.gateway.integrity;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How the archive is read through.
 *
 * @param rate bytes a second at most, 0 for not at all
 * @param every from the begin of a round to that of the next
 */
@ConfigurationProperties("tomogrid.gateway.scrub")
public record ScrubProperties(
        @DefaultValue("8MB") DataSize rate,
        @DefaultValue("30d") Duration every) {
    public ScrubProperties {
        if (rate.isNegative() || every.isNegative()) {
            throw new IllegalArgumentException(
                    "tomogrid.gateway.scrub: expected a rate and a time that are not negative, got " + rate + " and "
                            + every);
        }
    }
}
