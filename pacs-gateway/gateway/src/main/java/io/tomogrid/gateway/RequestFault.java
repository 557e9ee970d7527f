package io.tomogrid.gateway;

/** A request that cannot be served as it is. */
public final class RequestFault extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final int status;

    private RequestFault(int status, String message) {
        super(message);
        this.status = status;
    }

    public static RequestFault malformed(String message) {
        return new RequestFault(400, message);
    }

    public static RequestFault notFound(String message) {
        return new RequestFault(404, message);
    }

    public static RequestFault conflict(String message) {
        return new RequestFault(409, message);
    }

    /** Whoever asks may not. */
    public static RequestFault forbidden(String message) {
        return new RequestFault(403, message);
    }

    /** No representation that the request accepts. */
    public static RequestFault notAcceptable(String message) {
        return new RequestFault(406, message);
    }

    /** A body of more bytes than are taken. */
    public static RequestFault tooLarge(String message) {
        return new RequestFault(413, message);
    }

    /** A body of another media type than is taken. */
    public static RequestFault unsupportedMediaType(String message) {
        return new RequestFault(415, message);
    }

    /** The HTTP status of the answer. */
    public int status() {
        return status;
    }
}
