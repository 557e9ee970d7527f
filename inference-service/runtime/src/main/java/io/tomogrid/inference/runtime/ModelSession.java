package io.tomogrid.inference.runtime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.pack.ModelContract;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelPackage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A model in memory, ready to run. {@link #open} lets nothing through that has not shown its golden output. Thread-safe;
 * {@link #close} must not overlap a {@link #run} (the owner counts its users).
 */
public final class ModelSession implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final ModelPackage pack;
    private final OrtSession session;
    private final Duration limit;
    private final Set<RunLimit> running = ConcurrentHashMap.newKeySet();

    private ModelSession(ModelPackage pack, OrtSession session, Duration limit) {
        this.pack = pack;
        this.session = session;
        this.limit = limit;
    }

    /**
     * Loads the model, checks its contract and its golden example (which also warms it up).
     *
     * @param threads threads for one run
     * @throws ModelException if the model cannot be loaded or does not keep its contract
     */
    public static ModelSession open(ModelPackage pack, int threads) throws ModelException {
        ModelSession opened = load(pack, threads, LIMIT);
        try {
            String mismatch = pack.golden().mismatch(opened.run(pack.golden().inputs()));
            if (!mismatch.isEmpty()) {
                throw new ModelException(pack.name() + " " + pack.version() + ": " + mismatch);
            }
            return opened;
        } catch (ModelException e) {
            opened.close();
            throw e;
        }
    }

    /**
     * Loads the model without running it; its golden example is the caller's to check.
     *
     * @param limit longest that one run may take
     * @throws ModelException if it cannot be loaded, or its inputs and outputs are not those of its contract
     */
    public static ModelSession load(ModelPackage pack, int threads, Duration limit) throws ModelException {
        OrtEnvironment environment = environment();
        ModelSession opened;
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            // The arena keeps the greatest tensor ever seen; volumes are large and rare, so memory goes back instead.
            options.setCPUArenaAllocator(false);
            opened =
                    new ModelSession(pack, environment.createSession(pack.onnx().toString(), options), limit);
        } catch (OrtException e) {
            throw new ModelException(pack.name() + ": ONNX Runtime refuses the model: " + e.getMessage(), e);
        }
        try {
            opened.checkPorts();
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
     * @throws ModelException if an input does not fit, or the run fails or takes longer than its limit
     */
    public Map<String, Tensor> run(Map<String, Tensor> inputs) throws ModelException {
        checkInputs(inputs);
        Map<String, OnnxTensor> tensors = new HashMap<>();
        try (RunLimit guard = new RunLimit(limit)) {
            running.add(guard);
            try {
                for (var input : inputs.entrySet()) {
                    tensors.put(input.getKey(), toOnnx(input.getValue()));
                }
                try (OrtSession.Result result = session.run(tensors, guard.options())) {
                    return outputs(result);
                }
            } catch (OrtException e) {
                throw new ModelException(
                        pack.name()
                                + (guard.passed()
                                        ? ": the run was ended: it took longer than it may ("
                                                + limit.toMillis() / 1000.0 + " s), or its version had to go"
                                        : ": the run failed: " + e.getMessage()),
                        e);
            } finally {
                running.remove(guard);
            }
        } catch (OrtException e) {
            throw new ModelException(pack.name() + ": ONNX Runtime cannot begin a run: " + e.getMessage(), e);
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    /** Ends the runs that are under way; each throws. */
    public void endRuns() {
        running.forEach(RunLimit::end);
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime cannot close " + pack.name(), e);
        }
    }

    /** What ONNX Runtime says of the model must be what the contract says; a shape that it does not know is taken. */
    private void checkPorts() throws ModelException {
        try {
            checkPorts("input", pack.contract().inputs(), session.getInputInfo());
            checkPorts("output", pack.contract().outputs(), session.getOutputInfo());
        } catch (OrtException e) {
            throw new ModelException(pack.name() + ": ONNX Runtime does not tell its inputs: " + e.getMessage(), e);
        }
    }

    private void checkPorts(String kind, List<ModelContract.Port> ports, Map<String, NodeInfo> model)
            throws ModelException {
        for (ModelContract.Port port : ports) {
            NodeInfo node = model.get(port.name());
            if (node == null) {
                throw new ModelException(pack.name() + " " + pack.version() + ": " + kind + " " + port.name()
                        + " of the contract: the model has only " + model.keySet());
            }
            if (!(node.getInfo() instanceof TensorInfo tensor)
                    || tensor.type != type(port.type())
                    || tensor.getShape().length != 0
                            && tensor.getShape().length != port.shape().size()) {
                throw new ModelException(pack.name() + " " + pack.version() + ": " + kind + " " + port.name()
                        + ": the contract says " + port.type() + port.shape() + ", the model " + node.getInfo());
            }
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

    private static OnnxTensor toOnnx(Tensor tensor) throws OrtException, ModelException {
        return OnnxTensor.createTensor(environment(), direct(tensor.data()), tensor.shape(), type(tensor.type()));
    }

    private static OnnxJavaType type(Tensor.Type type) {
        return switch (type) {
            case FP32 -> OnnxJavaType.FLOAT;
            case FP64 -> OnnxJavaType.DOUBLE;
            case UINT8 -> OnnxJavaType.UINT8;
            case INT8 -> OnnxJavaType.INT8;
            case INT16 -> OnnxJavaType.INT16;
            case INT32 -> OnnxJavaType.INT32;
            case INT64 -> OnnxJavaType.INT64;
            case BOOL -> OnnxJavaType.BOOL;
        };
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
