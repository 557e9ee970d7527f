package io.tomogrid.sparkjob.petct;

import io.tomogrid.cluster.contract.TaskOutcome.Remedy;
import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.client.InferenceClient;
import io.tomogrid.inference.client.InferenceException;
import io.tomogrid.inference.client.MalformedMessage;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/** Asks the model service for the mask of an SUV volume. */
final class MaskModel {
    private static final String INPUT = "suv";
    private static final String OUTPUT = "mask";
    /** What a model may give beside its mask: where the liver is, of the same type and shape. */
    private static final String LIVER = "liver";

    private static final int NOT_FOUND = 404;

    private final InferenceClient client;
    private final String model;

    MaskModel(InferenceClient client, String model) {
        this.client = client;
        this.model = model;
    }

    /**
     * @param voxels one byte a voxel, x fastest, not zero where the model sees a lesion (MOD-03: made by what)
     * @param liver likewise of the liver, if the model gives it
     */
    record Mask(byte[] voxels, Optional<byte[]> liver, String model, String version, String digest) {}

    Mask of(Volume suv) throws ProtocolFailure {
        GridSize size = suv.geometry().size();
        long[] shape = {size.nz(), size.ny(), size.nx()};
        InferenceClient.Answer answer = ask(Map.of(INPUT, Tensor.of(suv.voxels(), shape)));
        Tensor mask = answer.outputs().get(OUTPUT);
        if (mask == null || mask.type() != Tensor.Type.UINT8 || !Arrays.equals(mask.shape(), shape)) {
            throw new ProtocolFailure(
                    "model " + model + " " + answer.modelVersion() + " answered " + answer.outputs() + ", expected "
                            + OUTPUT + " UINT8" + Arrays.toString(shape) + "; route the study to a model of that kind",
                    Remedy.ASK_OPERATOR);
        }
        String digest = answer.digest();
        if (digest.isEmpty()) {
            throw new ProtocolFailure(
                    "the model service does not tell the digest of model " + model
                            + ", so the result could not name what it was made by; update the service",
                    Remedy.ASK_OPERATOR);
        }
        Optional<byte[]> liver = Optional.ofNullable(answer.outputs().get(LIVER))
                .filter(tensor -> tensor.type() == Tensor.Type.UINT8 && Arrays.equals(tensor.shape(), shape))
                .map(Tensor::byteValues);
        return new Mask(mask.byteValues(), liver, answer.modelName(), answer.modelVersion(), digest);
    }

    private InferenceClient.Answer ask(Map<String, Tensor> inputs) throws ProtocolFailure {
        try {
            return client.infer(model, inputs);
        } catch (InferenceException refused) {
            Remedy remedy = refused.retryable() ? Remedy.RETRY : Remedy.ASK_OPERATOR;
            String hint = refused.httpStatus() == NOT_FOUND ? "; load it, or correct the routing rule" : "";
            throw new ProtocolFailure(refused.getMessage() + hint, remedy, refused);
        } catch (MalformedMessage malformed) {
            throw new ProtocolFailure(
                    "the model service's answer is not of the protocol: " + malformed.getMessage()
                            + "; is the address that of a model service?",
                    Remedy.ASK_OPERATOR,
                    malformed);
        } catch (IOException unreachable) {
            throw new ProtocolFailure(
                    "the model service cannot be reached ("
                            + unreachable.getClass().getSimpleName() + "); is it running?",
                    Remedy.RETRY,
                    unreachable);
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            throw new CancellationException("cancelled while the model was at work");
        }
    }
}
