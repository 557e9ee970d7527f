/** Holds a CUDA device against the processors and against formulas; needs nothing but the engine, so that it travels. */
package io.tomogrid.engine.cuda.selftest;
