/** Maximum intensity projections that turn about the patient's long axis, PET alone or over CT. */
package io.tomogrid.engine.mip;
