/** Serves models by the Open Inference Protocol and swaps them while they serve. */
package io.tomogrid.inference.service;
