/** From images to PET sinograms and back: line integrals and their adjoint. */
package io.tomogrid.engine.projector;
