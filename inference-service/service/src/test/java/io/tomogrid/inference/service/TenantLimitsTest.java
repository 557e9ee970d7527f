package io.tomogrid.inference.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.inference.service.swap.NotServed;
import org.junit.jupiter.api.Test;

/** MOD-39: one tenant cannot take all of the service. */
class TenantLimitsTest {
    @Test
    void a_tenant_has_so_many_places_and_others_have_theirs() throws Exception {
        TenantLimits limits = new TenantLimits(2);
        TenantLimits.Place first = limits.enter("north");
        try (TenantLimits.Place second = limits.enter("north");
                TenantLimits.Place other = limits.enter("south")) {
            assertThat(second).isNotSameAs(other);
            assertThatThrownBy(() -> limits.enter("north"))
                    .isInstanceOfSatisfying(
                            NotServed.class, e -> assertThat(e.kind()).isEqualTo(NotServed.Kind.TOO_MUCH))
                    .hasMessageContaining("tenant north has 2 requests under way");
            first.close();
            limits.enter("north").close();
        }
    }
}
