package io.tomogrid.imaging.suv;

/** What activity and dose are related by; units are those of PS3.16 CID 85 and Supplement 159. */
public enum SuvKind {
    /** Body weight. */
    BW("SUVbw", "g/ml{SUVbw}"),
    /** Lean body mass after Morgan. */
    LBM("SUVlbm", "g/ml{SUVlbm}"),
    /** Lean body mass after James, with 128. */
    LBMJAMES128("SUVlbm(James128)", "g/ml{SUVlbm(James128)}"),
    /** Lean body mass after Janmahasatian. */
    LBMJANMA("SUVlbm(Janma)", "g/ml{SUVlbm(Janma)}"),
    /** Ideal body weight. */
    IBW("SUVibw", "g/ml{SUVibw}"),
    /** Body surface after Du Bois. */
    BSA("SUVbsa", "cm2/ml{SUVbsa}");

    private final String label;
    private final String unit;

    SuvKind(String label, String unit) {
        this.label = label;
        this.unit = unit;
    }

    /** E.g. {@code SUVbw}. */
    public String label() {
        return label;
    }

    /** UCUM. */
    public String unit() {
        return unit;
    }
}
