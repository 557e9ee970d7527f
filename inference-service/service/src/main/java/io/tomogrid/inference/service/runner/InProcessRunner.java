package io.tomogrid.inference.service.runner;

import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelPackage;
import io.tomogrid.inference.runtime.ModelSession;
import java.time.Duration;
import java.util.Map;

/** A model in this JVM: the quickest, and the one that a model which crashes takes along. */
final class InProcessRunner implements ModelRunner {
    private final ModelSession session;

    InProcessRunner(ModelPackage pack, int threads, Duration limit) throws ModelException {
        session = ModelSession.load(pack, threads, limit);
    }

    @Override
    public ModelPackage pack() {
        return session.pack();
    }

    @Override
    public Map<String, Tensor> run(Map<String, Tensor> inputs) throws ModelException {
        return session.run(inputs);
    }

    @Override
    public void endRuns() {
        session.endRuns();
    }

    @Override
    public long pid() {
        return ProcessHandle.current().pid();
    }

    @Override
    public void close() {
        session.close();
    }
}
