/** The Open Inference Protocol v2 over REST with binary tensors, as a client and as a message format. */
package io.tomogrid.inference.client;
