package io.tomogrid.node.engine;

import java.util.Map;
import java.util.regex.Pattern;

/**
 * What Spark's driver needs in a Kubernetes cluster: its settings, its rights, a service by which executors find it, and the
 * template of the executors' pods, which ask for one slice each, of NVIDIA's device plugin or by a claim (DRA,
 * resource.k8s.io/v1, since Kubernetes 1.34). Nothing of this has been run (ENG-07).
 */
public final class KubernetesFiles {
    private static final String STATUS =
            "Rendered, not run: its field names are tested, no Kubernetes cluster or GPU has taken it yet";

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?");
    private static final Pattern IMAGE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/:@-]*");

    private KubernetesFiles() {}

    /** By which means a pod gets its slice. */
    public enum Devices {
        /** An extended resource of NVIDIA's device plugin. */
        PLUGIN,
        /** A resource claim of NVIDIA's DRA driver. */
        DRA
    }

    /**
     * How the pods are to be.
     *
     * @param executors how many, each with one slice
     * @param namespace of everything that is rendered
     * @param image of driver and executors, see deploy/engines/Containerfile
     * @param product value of the node label {@code nvidia.com/gpu.product}; empty for any
     */
    public record Setting(Devices devices, int executors, String namespace, String image, String product) {
        /** @throws IllegalArgumentException naming what Kubernetes would refuse */
        public Setting {
            if (executors < 1) {
                throw new IllegalArgumentException("--executors: expected at least 1, got " + executors);
            }
            matching("--namespace", namespace, NAME);
            matching("--image", image, IMAGE);
            if (!product.isEmpty()) {
                matching("--product", product, LABEL);
            }
        }

        private static void matching(String option, String value, Pattern form) {
            if (!form.matcher(value).matches()) {
                throw new IllegalArgumentException(option + ": " + value + " is not of the form " + form);
            }
        }
    }

    public static Rendering of(SliceChoice slice, Setting setting) {
        StringBuilder yaml = new StringBuilder("# " + STATUS + ".\n# Each executor gets one slice: " + slice + ".\n");
        yaml.append(rights());
        if (setting.devices() == Devices.DRA) {
            yaml.append(claim(slice));
        }
        yaml.append("""
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata:
                  name: tomogrid-spark
                  namespace: NAMESPACE
                data:
                  driver.properties: |
                """);
        yaml.append(properties(setting).indent(4));
        yaml.append("  executor.yaml: |\n").append(pod(slice, setting).indent(4));
        String text = yaml.toString().replace("NAMESPACE", setting.namespace());
        return new Rendering(Map.of("tomogrid-spark.yaml", text), STATUS);
    }

    /** The driver makes executors' pods; they find it by its service. */
    private static String rights() {
        return """
                ---
                apiVersion: v1
                kind: ServiceAccount
                metadata:
                  name: tomogrid-driver
                  namespace: NAMESPACE
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: Role
                metadata:
                  name: tomogrid-driver
                  namespace: NAMESPACE
                rules:
                  - apiGroups: [""]
                    resources: ["pods", "configmaps", "services", "persistentvolumeclaims"]
                    verbs: ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"]
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: RoleBinding
                metadata:
                  name: tomogrid-driver
                  namespace: NAMESPACE
                roleRef:
                  apiGroup: rbac.authorization.k8s.io
                  kind: Role
                  name: tomogrid-driver
                subjects:
                  - kind: ServiceAccount
                    name: tomogrid-driver
                    namespace: NAMESPACE
                ---
                apiVersion: v1
                kind: Service
                metadata:
                  name: tomogrid-driver
                  namespace: NAMESPACE
                spec:
                  clusterIP: None
                  selector:
                    app.kubernetes.io/name: tomogrid
                    app.kubernetes.io/component: driver
                  ports:
                    - name: driver
                      port: 7078
                    - name: blocks
                      port: 7079
                """;
    }

    private static String claim(SliceChoice slice) {
        String attributes = "device.attributes[\"gpu.nvidia.com\"]";
        String selectors =
                slice.whole() ? "" : """
                            selectors:
                              - cel:
                                  expression: ATTRIBUTES.profile == "PROFILE"
                """.replace("ATTRIBUTES", attributes).replace("PROFILE", slice.driverName());
        return """
                ---
                apiVersion: resource.k8s.io/v1
                kind: ResourceClaimTemplate
                metadata:
                  name: tomogrid-OBJECT
                  namespace: NAMESPACE
                spec:
                  spec:
                    devices:
                      requests:
                        - name: slice
                          exactly:
                            deviceClassName: CLASS
                            allocationMode: ExactCount
                            count: 1
                """.replace("OBJECT", slice.objectName())
                        .replace("CLASS", slice.whole() ? "gpu.nvidia.com" : "mig.nvidia.com")
                + selectors;
    }

    /** System properties of the driver's, {@code -Dspark.…}. */
    private static String properties(Setting setting) {
        return """
                # RENDERED
                spark.kubernetes.namespace=NAMESPACE
                spark.kubernetes.container.image=IMAGE
                spark.kubernetes.executor.podTemplateFile=/etc/tomogrid/executor.yaml
                spark.kubernetes.executor.podTemplateContainerName=executor
                spark.executor.instances=EXECUTORS
                spark.driver.host=tomogrid-driver.NAMESPACE.svc
                spark.driver.bindAddress=0.0.0.0
                spark.driver.port=7078
                spark.driver.blockManager.port=7079
                spark.tomogrid.discovery=/opt/tomogrid/devices.sh
                """.replace("RENDERED", STATUS)
                .replace("IMAGE", setting.image())
                .replace("EXECUTORS", Integer.toString(setting.executors()));
    }

    /** Spark adds what it knows of itself: processors, memory, the command, its environment. */
    private static String pod(SliceChoice slice, Setting setting) {
        boolean claimed = setting.devices() == Devices.DRA;
        StringBuilder pod = new StringBuilder("""
                apiVersion: v1
                kind: Pod
                metadata:
                  labels:
                    app.kubernetes.io/name: tomogrid
                    app.kubernetes.io/component: executor
                spec:
                """);
        if (!setting.product().isEmpty()) {
            pod.append("  nodeSelector:\n    nvidia.com/gpu.product: \"")
                    .append(setting.product())
                    .append("\"\n");
        }
        pod.append("""
                  tolerations:
                    - key: nvidia.com/gpu
                      operator: Exists
                      effect: NoSchedule
                """);
        if (claimed) {
            pod.append("  resourceClaims:\n    - name: slice\n      resourceClaimTemplateName: tomogrid-")
                    .append(slice.objectName())
                    .append('\n');
        }
        pod.append("  containers:\n    - name: executor\n      resources:\n");
        pod.append(
                claimed
                        ? "        claims:\n          - name: slice\n"
                        : "        limits:\n          " + slice.resource() + ": 1\n");
        pod.append("""
                      volumeMounts:
                        - name: locks
                          mountPath: /var/lib/tomogrid/locks
                  volumes:
                    - name: locks
                      hostPath:
                        path: /var/lib/tomogrid/locks
                        type: Directory
                """);
        return pod.toString();
    }
}
