package io.tomogrid.inference.service.runner;

/** The process that a model ran in has ended, or does not answer any more. The request itself may be as good as any. */
public final class RunnerLost extends Exception {
    private static final long serialVersionUID = 1;

    public RunnerLost(String message, Throwable cause) {
        super(message, cause);
    }
}
