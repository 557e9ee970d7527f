package io.tomogrid.inference.service.swap;

/** A request that gets no answer for a reason that lies in what serves, not in the request's tensors. */
public final class NotServed extends Exception {
    private static final long serialVersionUID = 1;

    /** What the one who asks may do next. */
    public enum Kind {
        /** There is no such model or version. */
        UNKNOWN,
        /** Ask again later. */
        LATER,
        /** It asked for too much at once. */
        TOO_MUCH,
        /** Something else is under way, or there is nothing to do it with. */
        CONFLICT
    }

    private final Kind kind;

    public NotServed(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public NotServed(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
