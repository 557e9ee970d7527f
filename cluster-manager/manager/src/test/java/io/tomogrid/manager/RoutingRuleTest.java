package io.tomogrid.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.gateway.contract.InstanceRef;
import io.tomogrid.gateway.contract.SeriesRef;
import io.tomogrid.gateway.contract.StudyComplete;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.util.unit.DataSize;

/** REC-06 */
class RoutingRuleTest {
    private static final List<RoutingRule> DEFAULTS =
            List.of(RoutingRule.petCt("m"), RoutingRule.petOsem(), RoutingRule.ctFbp());

    /** Series as modality/SOP class: raw, PET, CT or other. */
    @ParameterizedTest
    @CsvSource({
        "PT/raw, pet-osem",
        "PT/raw CT/CT, pet-osem",
        "PT/PET CT/CT, petct-standard",
        "PT/PET CT/CT PT/raw, petct-standard",
        "PT/PET, none",
        "CT/raw, ct-fbp",
        "CT/raw CT/CT, ct-fbp",
        "PT/raw CT/raw, pet-osem",
        "CT/CT, none",
        "'', none"
    })
    void the_first_rule_that_matches_is_taken(String series, String protocol) {
        StudyComplete study = study(series);
        String first = DEFAULTS.stream()
                .filter(rule -> rule.matches(study))
                .findFirst()
                .map(RoutingRule::protocol)
                .orElse("none");
        assertThat(first).isEqualTo(protocol);
    }

    @Test
    void a_rule_for_every_study_is_refused() {
        assertThatThrownBy(() ->
                        new RoutingRule("p", List.of(), DataSize.ofGigabytes(1), 1, "", null, null, null, null, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("modalities or sop-classes");
    }

    private static StudyComplete study(String series) {
        List<SeriesRef> all = Arrays.stream(series.split(" "))
                .filter(one -> !one.isEmpty())
                .map(one -> one.split("/"))
                .map(one -> new SeriesRef("1." + one[1].length(), one[0], List.of(instance(one[1]))))
                .toList();
        return new StudyComplete(1, "1.2", 1, StudyComplete.Completeness.QUIET_PERIOD, all);
    }

    private static InstanceRef instance(String kind) {
        String sopClass = switch (kind) {
            case "raw" -> "1.2.840.10008.5.1.4.1.1.66";
            case "PET" -> "1.2.840.10008.5.1.4.1.1.128";
            default -> "1.2.840.10008.5.1.4.1.1.2";
        };
        return new InstanceRef(sopClass, "1.2.3", "1.2.840.10008.1.2.1", "s", 0, 1, "");
    }
}
