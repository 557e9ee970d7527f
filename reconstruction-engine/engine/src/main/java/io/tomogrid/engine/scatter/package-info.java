/** How many of a PET scanner's coincidences had one of their photons scattered in the patient. */
package io.tomogrid.engine.scatter;
