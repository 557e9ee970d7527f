package io.tomogrid.agent;

import io.tomogrid.slices.http.Door;
import java.nio.file.Path;

/**
 * @param state folder of what the agent keeps
 * @param locks folder of the slice locks, the same for all processes of a host
 * @param owners folder of the GPUs' owners, the same for all that cut these GPUs
 * @param door where it listens
 * @param token what callers must know
 */
record AgentSettings(Path state, Path locks, Path owners, Door door, String token) {}
