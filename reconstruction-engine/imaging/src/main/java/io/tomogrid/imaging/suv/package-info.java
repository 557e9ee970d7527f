/** Standardized uptake values by the IBSI/OncoRay manual (2026), each with its derivation, or refused with the reason. */
package io.tomogrid.imaging.suv;
