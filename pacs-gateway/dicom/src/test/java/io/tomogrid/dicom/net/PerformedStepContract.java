package io.tomogrid.dicom.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.VR;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Modality Performed Procedure Step at an acceptor (ING-13). */
public abstract class PerformedStepContract extends DimseContract {
    private static final String STEP = Uid.ModalityPerformedProcedureStepSOPClass;
    private static final PresentationContext CONTEXT =
            new PresentationContext(1, STEP, List.of(Uid.ExplicitVRLittleEndian));
    private static final int N_SET = 0x0120;
    private static final int N_CREATE = 0x0140;

    private final List<String> told = new ArrayList<>();
    private DimseServer server;

    protected PerformedStepContract(DimseProvider acceptor, DimseProvider client) {
        super(acceptor, client);
    }

    @BeforeEach
    void start() throws IOException {
        server = start(
                DimseServices.storing((request, data) -> DimseStatus.SUCCESS).takingSteps(new PerformedStepHandler() {
                    @Override
                    public void begun(String callingAe, String uid, Dataset step) throws IOException {
                        tell("begun", callingAe, uid, step);
                    }

                    @Override
                    public void changed(String callingAe, String uid, Dataset changes) throws IOException {
                        tell("changed", callingAe, uid, changes);
                    }
                }));
    }

    private DimseServer start(DimseServices services) throws IOException {
        return acceptor.start(
                new DimseServerConfig(
                        "127.0.0.1", 0, "TOMOGRID", "MODALITY"::equals, 8, Duration.ofSeconds(20), 1 << 20),
                services);
    }

    private void tell(String what, String callingAe, String uid, Dataset dataset) throws IOException {
        if (uid.equals("1.2.13")) {
            throw new RequestRefused(DimseStatus.DUPLICATE_SOP_INSTANCE, "this step was begun before");
        }
        if (uid.equals("1.2.14")) {
            throw new IOException("a secret of the database");
        }
        told.add(what + " " + uid + " by " + callingAe + ": "
                + dataset.string(Tag.PerformedProcedureStepStatus).orElse("?"));
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private static Dataset step(String state) {
        return new Dataset().put(Tag.PerformedProcedureStepStatus, state);
    }

    private static Dataset request(RawAssociation raw, int field, String uid, byte[] dataset) throws IOException {
        Dataset command = new Dataset()
                .put(field == N_CREATE ? Tag.AffectedSOPClassUID : Tag.RequestedSOPClassUID, STEP)
                .put(Tag.CommandField, field)
                .put(Tag.MessageID, 7);
        if (!uid.isEmpty()) {
            command.put(field == N_CREATE ? Tag.AffectedSOPInstanceUID : Tag.RequestedSOPInstanceUID, uid);
        }
        raw.command(1, CommandSet.withDataSet(command));
        raw.data(1, dataset);
        return raw.nextCommand();
    }

    private static byte[] encode(Dataset dataset) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        io.tomogrid.dicom.DatasetWriter.write(bytes, Uid.ExplicitVRLittleEndian, dataset);
        return bytes.toByteArray();
    }

    @Test
    void a_step_is_begun_and_changed_by_its_uid() throws IOException {
        try (RawAssociation raw = RawAssociation.open(server.port(), "MODALITY", 0, CONTEXT)) {
            Dataset created = request(raw, N_CREATE, "1.2.3", encode(step("IN PROGRESS")));
            assertThat(CommandSet.status(created)).isEqualTo(DimseStatus.SUCCESS);
            assertThat(created.string(Tag.AffectedSOPInstanceUID)).hasValue("1.2.3");
            assertThat(created.intValue(Tag.CommandField)).hasValue(N_CREATE | 0x8000);
            Dataset set = request(raw, N_SET, "1.2.3", encode(step("COMPLETED")));
            assertThat(CommandSet.status(set)).isEqualTo(DimseStatus.SUCCESS);
            assertThat(set.string(Tag.AffectedSOPInstanceUID)).hasValue("1.2.3");
        }
        assertThat(told)
                .containsExactly("begun 1.2.3 by MODALITY: IN PROGRESS", "changed 1.2.3 by MODALITY: COMPLETED");
    }

    @Test
    void what_is_wrong_is_answered_and_the_association_goes_on() throws IOException {
        try (RawAssociation raw = RawAssociation.open(server.port(), "MODALITY", 0, CONTEXT)) {
            assertThat(status(request(raw, N_CREATE, "1.2.13", encode(step("IN PROGRESS")))))
                    .isEqualTo("0x0111 this step was begun before");
            assertThat(status(request(raw, N_CREATE, "1.2.14", encode(step("IN PROGRESS")))))
                    .startsWith("0x0110")
                    .doesNotContain("secret");
            assertThat(status(request(raw, N_CREATE, "", encode(step("IN PROGRESS")))))
                    .startsWith("0x0117");
            assertThat(status(request(raw, N_SET, "1.2.x", encode(step("COMPLETED")))))
                    .startsWith("0x0117");
            byte[] cut = encode(new Dataset().putBytes(Tag.PixelData, VR.OB, new byte[100]));
            assertThat(status(request(raw, N_CREATE, "1.2.4", java.util.Arrays.copyOf(cut, 50))))
                    .startsWith("0x0115");
            assertThat(status(request(raw, N_CREATE, "1.2.5", encode(step("IN PROGRESS")))))
                    .isEqualTo("0x0000");
        }
        assertThat(told).containsExactly("begun 1.2.5 by MODALITY: IN PROGRESS");
    }

    private static String status(Dataset response) {
        return CommandSet.status(response).toString();
    }
}
