package io.tomogrid.manager.queue;

/**
 * A job's place in the order.
 *
 * @param job its id
 * @param because why it stands there, in one sentence for people
 */
public record Turn(String job, String because) {}
