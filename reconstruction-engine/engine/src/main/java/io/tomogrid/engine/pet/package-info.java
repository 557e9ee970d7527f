/** From a frame of raw PET data to an image: attenuation, scatter, reconstruction, bed positions. */
package io.tomogrid.engine.pet;
