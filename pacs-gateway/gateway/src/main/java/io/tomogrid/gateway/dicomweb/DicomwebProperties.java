package io.tomogrid.gateway.dicomweb;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings of DICOMweb.
 *
 * @param stowLimit bytes that one request may store, headers of its parts included
 */
@ConfigurationProperties("tomogrid.gateway.dicomweb")
record DicomwebProperties(@DefaultValue("16GB") DataSize stowLimit) {
    DicomwebProperties {
        if (stowLimit.toBytes() < 1) {
            throw new IllegalArgumentException(
                    "tomogrid.gateway.dicomweb.stow-limit: expected a size such as 16GB, got " + stowLimit);
        }
    }
}
