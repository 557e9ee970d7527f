package io.tomogrid.inference.service;

import io.tomogrid.inference.service.swap.NotServed;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/** How many requests of one tenant are answered at once, so that one cannot take all of the service. */
@Component
final class TenantLimits {
    private final int most;
    private final Map<String, Integer> running = new ConcurrentHashMap<>();

    @Autowired
    TenantLimits(InferenceProperties properties) {
        this(properties.tenantRequests());
    }

    /** @param most requests of one tenant at once */
    TenantLimits(int most) {
        this.most = most;
    }

    /** A place in the service. */
    interface Place extends AutoCloseable {
        @Override
        void close();
    }

    /** @param tenant empty for those who do not say who they are, who share one limit */
    Place enter(String tenant) throws NotServed {
        int now = running.merge(tenant, 1, Integer::sum);
        Place place = () -> running.computeIfPresent(tenant, (key, count) -> count == 1 ? null : count - 1);
        if (now > most) {
            place.close();
            throw new NotServed(
                    NotServed.Kind.TOO_MUCH,
                    (tenant.isEmpty() ? "those without a tenant have " : "tenant " + tenant + " has ") + most
                            + " requests under way, which is as many as are answered at once; wait for one");
        }
        return place;
    }
}
