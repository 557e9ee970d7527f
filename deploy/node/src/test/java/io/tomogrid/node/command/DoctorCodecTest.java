package io.tomogrid.node.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.codec.CodecStatus;
import io.tomogrid.node.command.DoctorCommand.Level;
import org.junit.jupiter.api.Test;

/** COD-04. */
class DoctorCodecTest {
    @Test
    void a_missing_codec_is_noted_with_its_package() {
        var missing = DoctorCommand.codec(new CodecStatus("JPEG-LS", false, "libcharls2"));
        assertThat(missing.level()).isEqualTo(Level.NOTE);
        assertThat(missing.how()).contains("JPEG-LS: missing").contains("stored and forwarded");
        assertThat(missing.todo()).isEqualTo("apt-get install libcharls2");
    }

    @Test
    void a_codec_that_is_there_needs_nothing() {
        var present = DoctorCommand.codec(new CodecStatus("JPEG-LS", true, "libcharls2"));
        assertThat(present.level()).isEqualTo(Level.OK);
        assertThat(present.todo()).isEmpty();
    }
}
