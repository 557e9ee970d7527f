/** How a version of a model comes to serve, and goes: rollouts, routing, pins, audit. */
package io.tomogrid.inference.service.swap;
