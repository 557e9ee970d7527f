package io.tomogrid.inference.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.pack.ModelContract;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelPackage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A model in memory, ready to run. {@link #open} lets nothing through that has not shown its golden output. Thread-safe;
 * {@link #close} must not overlap a {@link #run} (the owner counts its users).
 */
public final class ModelSession implements AutoCloseable {
    private final ModelPackage pack;
    private final OrtSession session;

    private ModelSession(ModelPackage pack, OrtSession session) {
        this.pack = pack;
        this.session = session;
    }

    /**
     * Loads the model, checks its contract and its golden example (which also warms it up).
     *
     * @param threads threads for one run
     * @throws ModelException if the model cannot be loaded or does not keep its contract
     */
    public static ModelSession open(ModelPackage pack, int threads) throws ModelException {
        OrtEnvironment environment = environment();
        ModelSession opened;
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            // The arena keeps the greatest tensor ever seen; volumes are large and rare, so memory goes back instead.
            options.setCPUArenaAllocator(false);
            opened =
                    new ModelSession(pack, environment.createSession(pack.onnx().toString(), options));
        } catch (OrtException e) {
            throw new ModelException(pack.name() + ": ONNX Runtime refuses the model: " + e.getMessage(), e);
        }
        try {
            opened.checkGolden();
            return opened;
        } catch (ModelException e) {
            opened.close();
            throw e;
        }
    }

    public ModelPackage pack() {
        return pack;
    }

    /**
     * @param inputs by name, exactly those of the contract
     * @return the outputs of the contract, by name
     * @throws ModelException if an input does not fit or the run fails
     */
    public Map<String, Tensor> run(Map<String, Tensor> inputs) throws ModelException {
        checkInputs(inputs);
        Map<String, OnnxTensor> tensors = new HashMap<>();
        try {
            for (var input : inputs.entrySet()) {
                tensors.put(input.getKey(), toOnnx(input.getValue()));
            }
            try (OrtSession.Result result = session.run(tensors)) {
                return outputs(result);
            }
        } catch (OrtException e) {
            throw new ModelException(pack.name() + ": the run failed: " + e.getMessage(), e);
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime cannot close " + pack.name(), e);
        }
    }

    private void checkInputs(Map<String, Tensor> inputs) throws ModelException {
        for (ModelContract.Port port : pack.contract().inputs()) {
            Tensor given = inputs.get(port.name());
            String problem = given == null ? port.name() + ": missing" : port.mismatch(given);
            if (!problem.isEmpty()) {
                throw new ModelException("input " + problem);
            }
        }
        if (inputs.size() != pack.contract().inputs().size()) {
            throw new ModelException("inputs: expected "
                    + pack.contract().inputs().stream()
                            .map(ModelContract.Port::name)
                            .toList() + ", got "
                    + inputs.keySet());
        }
    }

    private Map<String, Tensor> outputs(OrtSession.Result result) throws ModelException {
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        for (ModelContract.Port port : pack.contract().outputs()) {
            OnnxTensor value = (OnnxTensor) result.get(port.name())
                    .orElseThrow(() -> new ModelException("the model gives no output named " + port.name()));
            Tensor tensor = new Tensor(port.type(), value.getInfo().getShape(), copy(value.getByteBuffer()));
            String problem = port.mismatch(tensor);
            if (!problem.isEmpty()) {
                throw new ModelException("output " + problem);
            }
            outputs.put(port.name(), tensor);
        }
        return outputs;
    }

    private void checkGolden() throws ModelException {
        String mismatch = pack.golden().mismatch(run(pack.golden().inputs()));
        if (!mismatch.isEmpty()) {
            throw new ModelException(pack.name() + " " + pack.version() + ": " + mismatch);
        }
    }

    private static OnnxTensor toOnnx(Tensor tensor) throws OrtException, ModelException {
        OnnxJavaType type = switch (tensor.type()) {
            case FP32 -> OnnxJavaType.FLOAT;
            case FP64 -> OnnxJavaType.DOUBLE;
            case UINT8 -> OnnxJavaType.UINT8;
            case INT8 -> OnnxJavaType.INT8;
            case INT16 -> OnnxJavaType.INT16;
            case INT32 -> OnnxJavaType.INT32;
            case INT64 -> OnnxJavaType.INT64;
            case BOOL -> OnnxJavaType.BOOL;
        };
        return OnnxTensor.createTensor(environment(), direct(tensor.data()), tensor.shape(), type);
    }

    /** ONNX Runtime reads native memory: a buffer that is not direct is copied once. */
    private static ByteBuffer direct(ByteBuffer data) {
        return data.isDirect() ? data : copy(data);
    }

    private static ByteBuffer copy(ByteBuffer from) {
        return ByteBuffer.allocateDirect(from.remaining())
                .order(ByteOrder.nativeOrder())
                .put(from)
                .flip();
    }

    /**
     * ONNX Runtime 1.29 uploads telemetry by default. Nothing leaves the machine, so it is not even loaded unless the
     * process was started with telemetry off.
     */
    private static OrtEnvironment environment() throws ModelException {
        if (!"1".equals(System.getenv("ORT_DISABLE_TELEMETRY"))) {
            throw new ModelException(
                    "start this process with ORT_DISABLE_TELEMETRY=1: ONNX Runtime would send telemetry");
        }
        return OrtEnvironment.getEnvironment();
    }
}
