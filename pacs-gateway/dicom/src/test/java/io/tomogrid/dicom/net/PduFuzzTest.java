package io.tomogrid.dicom.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.tomogrid.dicom.Damage;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DicomFormatException;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes on a connection: messages and PDUs, or the exceptions that end the association (ING-07). */
class PduFuzzTest {
    private static final Map<Integer, Channel.Context> CONTEXTS = Map.of(
            1, new Channel.Context(1, Uid.CTImageStorage, Uid.ExplicitVRLittleEndian, false),
            3, new Channel.Context(3, Uid.CTImageStorage, Uid.ExplicitVRBigEndian, true));

    static Stream<byte[]> pdus() {
        AssociationRequest request = AssociationRequest.retrieving(
                "",
                0,
                "CLIENT",
                "SERVER",
                Uid.StudyRootQueryRetrieveInformationModelGET,
                List.of(new AssociationRequest.Syntax(Uid.CTImageStorage, Uid.RLELossless)));
        return Stream.of(
                        new Pdu.AssociateRq(
                                "SERVER",
                                "CLIENT",
                                request.contexts(),
                                16384,
                                request.roles(),
                                List.of(new ExtendedNegotiation(
                                        Uid.StudyRootQueryRetrieveInformationModelGET, true, 2))),
                        new Pdu.AssociateAc(
                                "SERVER",
                                "CLIENT",
                                List.of(new PresentationContext.Answer(1, 0, Uid.RLELossless)),
                                0,
                                request.roles()),
                        new Pdu.AssociateRj(1, 2, 3),
                        new Pdu.ReleaseRq(),
                        new Pdu.ReleaseRp(),
                        new Pdu.Abort(2, 6))
                .map(PduCodec::write);
    }

    @MethodSource("pdus")
    @FuzzTest
    void pdu(byte[] bytes) throws IOException {
        Pdu pdu;
        try {
            pdu = PduCodec.read(new DataInputStream(new ByteArrayInputStream(bytes)));
        } catch (MalformedPdu | EOFException refused) {
            return;
        }
        if (!(pdu instanceof Pdu.PData)) {
            byte[] written = PduCodec.write(pdu);
            Pdu again = PduCodec.read(new DataInputStream(new ByteArrayInputStream(written)));
            assertThat(again).isEqualTo(pdu);
        }
        if (pdu instanceof Pdu.AssociateRq request) {
            Negotiation negotiation = new Negotiation(
                    DimseServices.storing((r, d) -> DimseStatus.SUCCESS),
                    request.contexts(),
                    request.roles(),
                    request.extended());
            assertThat(negotiation.answers()).hasSameSizeAs(request.contexts());
            PduCodec.write(new Pdu.AssociateAc(
                    request.calledAe(),
                    request.callingAe(),
                    negotiation.answers(),
                    Wire.MAX_PDU,
                    negotiation.roles(),
                    negotiation.extended()));
        }
    }

    static Stream<byte[]> messages() throws IOException {
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        Channel channel = new Channel(new Wire(new MemorySocket(new byte[0], sent)), CONTEXTS, 256);
        Channel.Context context = CONTEXTS.get(1);
        channel.send(
                context,
                CommandSet.storeRequest(1, Uid.CTImageStorage, "1.2.3"),
                new Dataset().put(Tag.SOPInstanceUID, "1.2.3").put(Tag.PixelSpacing, new double[100]));
        channel.send(context, CommandSet.cancelRequest(1));
        channel.send(
                CONTEXTS.get(3),
                CommandSet.response(CommandSet.echoRequest(2), DimseStatus.PROCESSING_FAILURE.because("so")));
        return Stream.of(sent.toByteArray());
    }

    @MethodSource("messages")
    @FuzzTest
    void message(byte[] bytes) throws IOException {
        Channel channel = new Channel(new Wire(new MemorySocket(bytes, OutputStream.nullOutputStream())), CONTEXTS, 0);
        try {
            while (true) {
                Channel.Message message = channel.next();
                CommandSet.status(message.command());
                if (CommandSet.hasDataSet(message.command())) {
                    readDataSet(channel, message);
                }
                channel.respond(message, DimseStatus.SUCCESS);
            }
        } catch (MalformedPdu | AssociationAborted | DicomFormatException over) {
            assertThat(over.getMessage()).isNotBlank();
        }
    }

    private static void readDataSet(Channel channel, Channel.Message message) throws IOException {
        try {
            channel.readDataSet(message, 1 << 16);
        } catch (DicomFormatException refused) {
            assertThat(refused.getMessage()).isNotBlank();
        }
    }

    /** Seeded damage to the seeds, in every build. */
    @Test
    void damaged_seeds() throws IOException {
        new Damage(20261125).to(pdus().toList(), 100_000, this::pdu);
        new Damage(20261126).to(messages().toList(), 20_000, this::message);
    }

    /** A connection that has brought what it will ever bring. */
    private static final class MemorySocket extends Socket {
        private final InputStream in;
        private final OutputStream out;

        MemorySocket(byte[] bytes, OutputStream out) {
            this.in = new ByteArrayInputStream(bytes);
            this.out = out;
        }

        @Override
        public void setTcpNoDelay(boolean on) {
            // there is no network that could wait
        }

        @Override
        public InputStream getInputStream() {
            return in;
        }

        @Override
        public OutputStream getOutputStream() {
            return out;
        }
    }
}
