package io.tomogrid.inference.service.runner;

import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelPackage;
import java.util.Map;

/** One version of a model in memory. Thread-safe; closed once, after its last run has ended. */
public interface ModelRunner extends AutoCloseable {

    ModelPackage pack();

    /**
     * @param inputs by name, those of the contract
     * @return the outputs of the contract, by name
     * @throws RunnerLost if what the model ran in is gone: no further run will succeed
     * @throws ModelException if an input does not fit, the run fails or takes longer than it may
     */
    Map<String, Tensor> run(Map<String, Tensor> inputs) throws ModelException, RunnerLost;

    /** What runs in the end, without patches or batches around it: golden examples are of that. */
    default ModelRunner network() {
        return this;
    }

    /** Ends the runs that are under way; each throws. */
    void endRuns();

    /** Process that the model runs in. */
    long pid();

    @Override
    void close();
}
