package io.tomogrid.node.bench.swap;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelPackage;
import io.tomogrid.inference.runtime.ModelSession;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/** A model of one input {@code x} and one output {@code y} by ONNX Runtime alone, and by our session. */
public final class BareRuntime implements AutoCloseable {
    private final OrtSession bare;
    private final ModelSession ours;

    /** @param threads of one run */
    public BareRuntime(ModelPackage pack, int threads) throws IOException, ModelException {
        ours = ModelSession.open(pack, threads);
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            options.setCPUArenaAllocator(false);
            bare = OrtEnvironment.getEnvironment().createSession(pack.onnx().toString(), options);
        } catch (OrtException e) {
            ours.close();
            throw new IOException("ONNX Runtime does not load the model", e);
        }
    }

    /** Runs it and looks at nothing. */
    public void bare(Tensor x) throws IOException {
        run(x, false);
    }

    /** Runs it and copies the output out of ONNX Runtime's memory. */
    public void bareAndCopy(Tensor x) throws IOException {
        run(x, true);
    }

    private void run(Tensor x, boolean copy) throws IOException {
        try (OnnxTensor input = OnnxTensor.createTensor(
                        OrtEnvironment.getEnvironment(), x.data().asFloatBuffer(), x.shape());
                OrtSession.Result result = bare.run(Map.of("x", input))) {
            ByteBuffer y = ((OnnxTensor) result.get(0)).getByteBuffer();
            if (copy) {
                ByteBuffer.allocateDirect(y.remaining())
                        .order(ByteOrder.nativeOrder())
                        .put(y);
            }
        } catch (OrtException e) {
            throw new IOException("ONNX Runtime does not run the model", e);
        }
    }

    public void ours(Map<String, Tensor> inputs) throws ModelException {
        ours.run(inputs);
    }

    @Override
    public void close() throws IOException {
        ours.close();
        try {
            bare.close();
        } catch (OrtException e) {
            throw new IOException("ONNX Runtime does not close the model", e);
        }
    }
}
