package io.tomogrid.node.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The fields that the Kubernetes API reference (v1.34) gives the objects that we render, as far as we use them: by the path of
 * the object, lists left out. A path that is not named here holds a plain value or a map of the user's own keys.
 */
final class KubernetesFields {
    private static final Set<String> META = Set.of("name", "generateName", "namespace", "labels", "annotations");
    private static final Map<String, Set<String>> FIELDS = new HashMap<>();
    /** What the API server refuses an object without. */
    private static final Map<String, Set<String>> REQUIRED = new HashMap<>();

    static {
        object("v1/ConfigMap", "data", "binaryData", "immutable");
        object("v1/ServiceAccount", "automountServiceAccountToken", "imagePullSecrets", "secrets");
        object("rbac.authorization.k8s.io/v1/Role", "rules");
        fields("rbac.authorization.k8s.io/v1/Role.rules", "apiGroups", "resources", "verbs", "resourceNames");
        REQUIRED.put("rbac.authorization.k8s.io/v1/Role.rules", Set.of("verbs"));
        object("rbac.authorization.k8s.io/v1/RoleBinding", "roleRef", "subjects");
        fields("rbac.authorization.k8s.io/v1/RoleBinding.roleRef", "apiGroup", "kind", "name");
        fields("rbac.authorization.k8s.io/v1/RoleBinding.subjects", "apiGroup", "kind", "name", "namespace");
        REQUIRED.put("rbac.authorization.k8s.io/v1/RoleBinding", Set.of("roleRef"));
        REQUIRED.put("rbac.authorization.k8s.io/v1/RoleBinding.roleRef", Set.of("apiGroup", "kind", "name"));
        REQUIRED.put("rbac.authorization.k8s.io/v1/RoleBinding.subjects", Set.of("kind", "name"));
        object("v1/Service", "spec");
        fields("v1/Service.spec", "clusterIP", "selector", "ports", "type", "publishNotReadyAddresses");
        fields("v1/Service.spec.ports", "name", "port", "targetPort", "protocol");
        REQUIRED.put("v1/Service.spec.ports", Set.of("port"));
        object("v1/Pod", "spec");
        fields(
                "v1/Pod.spec",
                "containers",
                "volumes",
                "nodeSelector",
                "tolerations",
                "resourceClaims",
                "securityContext",
                "serviceAccountName",
                "affinity");
        fields("v1/Pod.spec.tolerations", "key", "operator", "value", "effect", "tolerationSeconds");
        fields("v1/Pod.spec.resourceClaims", "name", "resourceClaimName", "resourceClaimTemplateName");
        fields(
                "v1/Pod.spec.containers",
                "name",
                "image",
                "command",
                "args",
                "env",
                "ports",
                "resources",
                "volumeMounts",
                "securityContext");
        fields("v1/Pod.spec.containers.resources", "limits", "requests", "claims");
        fields("v1/Pod.spec.containers.resources.claims", "name", "request");
        fields("v1/Pod.spec.containers.volumeMounts", "name", "mountPath", "readOnly", "subPath");
        fields("v1/Pod.spec.volumes", "name", "hostPath", "emptyDir", "configMap", "secret");
        fields("v1/Pod.spec.volumes.hostPath", "path", "type");
        REQUIRED.put("v1/Pod.spec", Set.of("containers"));
        REQUIRED.put("v1/Pod.spec.containers", Set.of("name"));
        REQUIRED.put("v1/Pod.spec.containers.volumeMounts", Set.of("name", "mountPath"));
        REQUIRED.put("v1/Pod.spec.volumes.hostPath", Set.of("path"));
        object("resource.k8s.io/v1/ResourceClaimTemplate", "spec");
        fields("resource.k8s.io/v1/ResourceClaimTemplate.spec", "metadata", "spec");
        fields("resource.k8s.io/v1/ResourceClaimTemplate.spec.spec", "devices");
        String devices = "resource.k8s.io/v1/ResourceClaimTemplate.spec.spec.devices";
        fields(devices, "requests", "constraints", "config");
        fields(devices + ".requests", "name", "exactly", "firstAvailable");
        // since v1beta2 in here, and no more beside the name
        fields(
                devices + ".requests.exactly",
                "deviceClassName",
                "selectors",
                "allocationMode",
                "count",
                "adminAccess",
                "tolerations",
                "capacity");
        fields(devices + ".requests.exactly.selectors", "cel");
        fields(devices + ".requests.exactly.selectors.cel", "expression");
        REQUIRED.put("resource.k8s.io/v1/ResourceClaimTemplate", Set.of("spec"));
        REQUIRED.put(devices + ".requests", Set.of("name"));
        REQUIRED.put(devices + ".requests.exactly", Set.of("deviceClassName"));
        REQUIRED.put(devices + ".requests.exactly.selectors.cel", Set.of("expression"));
    }

    private KubernetesFields() {}

    /** Fails at a field that the object's kind has not, and at one that it lacks. */
    static void check(Map<?, ?> object) {
        String kind = object.get("apiVersion") + "/" + object.get("kind");
        assertThat(FIELDS).as("the kind is known").containsKey(kind);
        check(kind, object);
    }

    private static void check(String path, Object value) {
        if (value instanceof List<?> list) {
            list.forEach(item -> check(path, item));
        } else if (value instanceof Map<?, ?> map && FIELDS.containsKey(path)) {
            assertThat(FIELDS.get(path)).as("fields of %s", path).containsAll(keys(map));
            assertThat(keys(map)).as("required in %s", path).containsAll(REQUIRED.getOrDefault(path, Set.of()));
            map.forEach((key, inner) -> check(path + "." + key, inner));
        } else if (value instanceof Map<?, ?> own) {
            own.values()
                    .forEach(inner ->
                            assertThat(inner).as("a plain value in %s", path).isNotInstanceOf(Map.class));
        }
    }

    private static Set<String> keys(Map<?, ?> map) {
        return map.keySet().stream().map(String::valueOf).collect(java.util.stream.Collectors.toSet());
    }

    private static void object(String kind, String... fields) {
        Set<String> all = new java.util.HashSet<>(Set.of(fields));
        all.addAll(Set.of("apiVersion", "kind", "metadata"));
        FIELDS.put(kind, all);
        FIELDS.put(kind + ".metadata", META);
        // a template's pod gets its name from Spark
        REQUIRED.put(kind + ".metadata", kind.equals("v1/Pod") ? Set.of() : Set.of("name"));
    }

    private static void fields(String path, String... fields) {
        FIELDS.put(path, Set.of(fields));
    }
}
