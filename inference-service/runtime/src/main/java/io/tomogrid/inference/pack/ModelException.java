package io.tomogrid.inference.pack;

/** A model package or a model is not what it must be; the version that serves goes on serving. */
public final class ModelException extends Exception {
    private static final long serialVersionUID = 1;

    public ModelException(String message) {
        super(message);
    }

    public ModelException(String message, Throwable cause) {
        super(message, cause);
    }
}
