package io.tomogrid.dicom.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PduCodecTest {
    @Test
    void pdus_read_back_as_they_were_written() throws IOException {
        Random random = new Random(3);
        for (int i = 0; i < 200; i++) {
            List<PresentationContext> contexts = new ArrayList<>();
            for (int c = 0; c < 1 + random.nextInt(128); c++) {
                contexts.add(
                        new PresentationContext(2 * c + 1, "1.2." + random.nextInt(1000), List.of("1.3." + c, "1.4")));
            }
            List<RoleSelection> roles = new ArrayList<>();
            for (int r = random.nextInt(5); r > 0; r--) {
                roles.add(new RoleSelection("1.2." + random.nextInt(1000), random.nextBoolean(), random.nextBoolean()));
            }
            Pdu.AssociateRq rq = new Pdu.AssociateRq("CALLED", "CALLING", contexts, random.nextInt(1 << 20), roles);
            assertThat(PduCodec.read(new DataInputStream(new ByteArrayInputStream(PduCodec.write(rq)))))
                    .isEqualTo(rq);
        }
        for (Pdu pdu :
                List.of(new Pdu.AssociateRj(1, 1, 7), new Pdu.ReleaseRq(), new Pdu.ReleaseRp(), new Pdu.Abort(2, 6))) {
            assertThat(PduCodec.read(new DataInputStream(new ByteArrayInputStream(PduCodec.write(pdu)))))
                    .isEqualTo(pdu);
        }
    }
}
