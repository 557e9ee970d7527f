package io.tomogrid.cluster.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** ENG-01, ENG-02 */
class EngineTest {
    @Test
    void an_engine_is_named_as_spark_names_its_master() {
        assertThat(Engine.existing("ours")).isEmpty();
        assertThat(Engine.existing("yarn")).contains(new Engine.Yarn());
        assertThat(Engine.existing(" spark://a.example:7077 "))
                .contains(new Engine.Standalone("spark://a.example:7077"));
        assertThat(Engine.existing("spark://a:7077,b:7077")).contains(new Engine.Standalone("spark://a:7077,b:7077"));
        assertThat(Engine.existing("spark://[::1]:7077")).contains(new Engine.Standalone("spark://[::1]:7077"));
        assertThat(Engine.existing("k8s://https://api.example:6443"))
                .contains(new Engine.Kubernetes("k8s://https://api.example:6443"));
        assertThat(Engine.existing("yarn").orElseThrow().master()).isEqualTo("yarn");
    }

    @ParameterizedTest
    @CsvSource({
        "local[4],                 'expected ours, spark://HOST:PORT of a standalone Master, yarn or k8s://https://HOST:PORT, got local[4]; a local one'",
        "mesos://h:5050,           'got mesos://h:5050'",
        "'',                       'expected ours'",
        "spark://h,                'expected HOST:PORT with a port from 1 to 65535 in spark://h, got h'",
        "spark://h:0,              'got h:0'",
        "spark://h:70000,          'got h:70000'",
        "'spark://a:7077,',        'got nothing'",
        "spark://h:7077/x,         'got h:7077/x'",
        "k8s://https://h,          'got h'"
    })
    void what_is_no_engine_is_refused_with_what_there_is(String text, String message) {
        assertThatThrownBy(() -> Engine.existing(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
