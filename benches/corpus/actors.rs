//! Turns chance into those who send requests: who they are, where from,
//! with which client, and why the authorizer lets them.

use super::{
    objects::{Object, PODS},
    pen::Pen,
    random::Rng,
    text::{self, SECOND},
};

/// A kind of sender; the texts are templates about its own pod.
pub(crate) struct Profile {
    /// The namespace it runs in.
    space: &'static str,
    /// The application it is.
    app: &'static str,
    /// Its name.
    username: &'static str,
    /// The rest of `user`: the members after the name.
    rest: &'static str,
    /// The items of `sourceIPs`.
    sources: &'static str,
    /// Its `userAgent`.
    agent: &'static str,
    /// The reason of the authorizer.
    reason: &'static str,
    /// As whom it sometimes acts: `impersonatedUser` after the name.
    acts_as: Option<(&'static str, &'static str)>,
}

const ACCOUNT: &str = "system:serviceaccount:~s:~a";
const ACCOUNT_REST: &str = r#","uid":"~o","groups":[
    "system:serviceaccounts","system:serviceaccounts:~s",
    "system:authenticated"],"extra":{
    "authentication.kubernetes.io/credential-id":["JTI=~r"],
    "authentication.kubernetes.io/node-name":["~w"],
    "authentication.kubernetes.io/node-uid":["~y"],
    "authentication.kubernetes.io/pod-name":["~n"],
    "authentication.kubernetes.io/pod-uid":["~u"]}"#;
const ACCOUNT_REASON: &str = r#"RBAC: allowed by ClusterRoleBinding
    ~ \"~a\" of ClusterRole \"~a\" to ServiceAccount \"~a/~s\""#;

/// Returns a pod of `app` that talks to the apiserver.
const fn pod(
    space: &'static str,
    app: &'static str,
    agent: &'static str,
) -> Profile {
    Profile {
        space,
        app,
        username: ACCOUNT,
        rest: ACCOUNT_REST,
        sources: r#""~j""#,
        agent,
        reason: ACCOUNT_REASON,
        acts_as: None,
    }
}

/// Returns a controller of the controller manager.
const fn controller(app: &'static str) -> Profile {
    Profile {
        rest: r#","uid":"~o","groups":["system:serviceaccounts",
            "system:serviceaccounts:~s","system:authenticated"],"extra":{
            "authentication.kubernetes.io/credential-id":["JTI=~r"]}"#,
        sources: r#""10.0.0.10""#,
        reason: r#"RBAC: allowed by ClusterRoleBinding
            ~ \"system:controller:~a\" of ClusterRole
            ~ \"system:controller:~a\" to ServiceAccount \"~a/~s\""#,
        ..pod(
            "kube-system",
            app,
            "kube-controller-manager/v1.34.2 (linux/amd64) \
             kubernetes/4a1b9c3/system:serviceaccount:kube-system:~a",
        )
    }
}

/// Returns someone the identity provider vouches for.
const fn person(
    username: &'static str,
    rest: &'static str,
    sources: &'static str,
    agent: &'static str,
) -> Profile {
    Profile {
        username,
        rest,
        sources,
        reason: r#"RBAC: allowed by ClusterRoleBinding \"developers\" of
            ~ ClusterRole \"edit\" to Group \"oidc:developers\""#,
        ..pod("default", "laptop", agent)
    }
}

/// The controllers.
pub(crate) static CONTROLLERS: [Profile; 6] = [
    controller("replicaset-controller"),
    controller("deployment-controller"),
    controller("endpointslice-controller"),
    controller("generic-garbage-collector"),
    controller("node-controller"),
    controller("horizontal-pod-autoscaler"),
];

/// Returns the one controller at `index`.
pub(crate) const fn the(index: usize) -> &'static [Profile] {
    std::slice::from_ref(&CONTROLLERS[index])
}

/// The kubelets; each acts on what is on its node.
pub(crate) static KUBELETS: [Profile; 1] = [Profile {
    username: "system:node:~w",
    rest: r#","groups":["system:nodes","system:authenticated"],"extra":{
        "authentication.kubernetes.io/credential-id":[
        "X509SHA256=~z"]}"#,
    reason: "",
    ..pod("", "kubelet", "kubelet/v1.34.2 (linux/amd64) kubernetes/4a1b9c3")
}];

/// The scheduler.
pub(crate) static SCHEDULER: [Profile; 1] = [Profile {
    username: "system:kube-scheduler",
    rest: r#","groups":["system:authenticated"],"extra":{
        "authentication.kubernetes.io/credential-id":[
        "X509SHA256=~z"]}"#,
    sources: r#""10.0.0.10""#,
    reason: r#"RBAC: allowed by ClusterRoleBinding
        ~ \"system:kube-scheduler\" of ClusterRole
        ~ \"system:kube-scheduler\" to User \"system:kube-scheduler\""#,
    ..pod(
        "",
        "scheduler",
        "kube-scheduler/v1.34.2 (linux/amd64) kubernetes/4a1b9c3/scheduler",
    )
}];

/// The apiserver talking to itself.
pub(crate) static APISERVER: [Profile; 1] = [Profile {
    username: "system:apiserver",
    rest: r#","uid":"~o","groups":["system:authenticated",
        "system:masters"]"#,
    sources: r#""::1""#,
    reason: "",
    ..pod(
        "",
        "apiserver",
        "kube-apiserver/v1.34.2 (linux/amd64) kubernetes/4a1b9c3",
    )
}];

/// The operators that run in pods.
pub(crate) static OPERATORS: [Profile; 8] = [
    pod(
        "cert-manager",
        "cert-manager-cainjector",
        "cainjector/v1.18.2 (linux/amd64) cert-manager/8f2c1d",
    ),
    pod(
        "monitoring",
        "kube-prometheus-stack-operator",
        "PrometheusOperator/0.85.0 (linux/amd64) kubernetes/$Format",
    ),
    pod(
        "ingress",
        "ingress-nginx-controller",
        "nginx-ingress-controller/v1.13.2 (linux/amd64) ingress/e1cd4a0",
    ),
    pod(
        "external-secrets",
        "external-secrets-webhook",
        "external-secrets/v0.19.2 (linux/amd64) kubernetes/$Format",
    ),
    pod(
        "kube-system",
        "cluster-autoscaler",
        "cluster-autoscaler/v1.34.0 (linux/amd64) kubernetes/$Format",
    ),
    pod(
        "monitoring",
        "kube-state-metrics",
        "kube-state-metrics/v2.16.0 (linux/amd64) kube-state-metrics/0a3",
    ),
    pod(
        "policy-system",
        "admission-policy-background-controller",
        "background-controller/v0.0.0 (linux/amd64) kubernetes/$Format",
    ),
    Profile {
        acts_as: Some((
            "system:serviceaccount:shop:deployer",
            r#","groups":["system:serviceaccounts",
                "system:serviceaccounts:shop","system:authenticated"]"#,
        )),
        ..pod(
            "argocd",
            "argocd-application-controller",
            "argocd-controller/v3.1.4 (linux/amd64) kubernetes/$Format",
        )
    },
];

/// The people, and the pipelines that act for them.
pub(crate) static PEOPLE: [Profile; 5] = [
    Profile {
        acts_as: Some((
            "bob@example.com",
            r#","groups":["oidc:developers","system:authenticated"],
                "extra":{"reason":["ticket #42 \u003curgent\u003e"]}"#,
        )),
        ..person(
            "alice@example.com",
            r#","groups":["oidc:platform","oidc:developers",
                "system:authenticated"],"extra":{
                "oidc.example.com/tenant":["shop \u0026 payments"]}"#,
            r#""203.0.113.24","10.0.0.20""#,
            "kubectl/v1.34.1 (darwin/arm64) kubernetes/93248f9",
        )
    },
    person(
        "jürgen.weiß@example.com",
        r#","groups":["oidc:developers","system:authenticated"]"#,
        r#""198.51.100.77","203.0.113.5","10.0.0.21""#,
        "kubectl/v1.33.4 (linux/amd64) kubernetes/74cdb4d",
    ),
    person(
        "chen@example.com",
        r#","uid":"00u4f7k2","groups":["oidc:data \"science\"",
            "oidc:developers","system:authenticated"]"#,
        r#""2001:db8:85a3::8a2e:370:7334","10.0.0.20""#,
        "Lens/2026.2 (windows; \\\"beta\\\") \\u003cdesktop\\u003e",
    ),
    Profile {
        reason: "",
        ..person(
            "kubernetes-admin",
            r#","groups":["system:masters","system:authenticated"]"#,
            r#""10.0.0.4""#,
            "kubectl/v1.34.1 (linux/amd64) kubernetes/93248f9",
        )
    },
    pod(
        "ci",
        "pipeline-runner",
        "Helm/3.19.0 (linux/amd64) kubernetes/$Format",
    ),
];

/// Strangers from the internet.
pub(crate) static STRANGERS: [Profile; 2] = [
    person(
        "system:anonymous",
        r#","groups":["system:unauthenticated"]"#,
        r#""198.51.100.~d","10.0.0.20""#,
        "curl/8.11.1",
    ),
    person(
        "system:anonymous",
        r#","groups":["system:unauthenticated"]"#,
        r#""192.0.2.~d""#,
        "python-requests/2.32.3",
    ),
];

/// Load balancers and probes that ask how the apiserver is.
pub(crate) static PROBES: [Profile; 1] = [Profile {
    reason: r#"RBAC: allowed by ClusterRoleBinding
        ~ \"system:public-info-viewer\" of ClusterRole
        ~ \"system:public-info-viewer\" to Group
        ~ \"system:unauthenticated\""#,
    ..person(
        "system:anonymous",
        r#","groups":["system:unauthenticated"]"#,
        r#""10.0.0.20""#,
        "kube-probe/1.34",
    )
}];

/// The sender of one request, in the texts of its event.
pub(crate) struct Actor {
    /// `user`.
    pub(crate) user: Vec<u8>,
    /// The name that the authorizer judged.
    pub(crate) username: Vec<u8>,
    /// `impersonatedUser`, and what may follow it; empty mostly.
    pub(crate) impersonated: Vec<u8>,
    /// The items of `sourceIPs`.
    pub(crate) sources: Vec<u8>,
    /// `userAgent`.
    pub(crate) agent: Vec<u8>,
    /// The reason of the authorizer.
    pub(crate) reason: Vec<u8>,
}

impl Actor {
    /// Picks who of `crowd` sends a request about `target`.
    pub(crate) fn new(
        crowd: &'static [Profile],
        target: &Object,
        rng: &mut Rng,
    ) -> Actor {
        let index = rng.below(crowd.len() as u64);
        let profile = &crowd[index as usize];
        let account = profile.app.bytes().fold(0, |seed: u64, byte| {
            seed.wrapping_mul(31).wrapping_add(u64::from(byte))
        });
        let mut own = Rng::new(account.wrapping_add(target.node() % 3));
        let mut object = Object::new(&PODS, &mut own, 1 << 50);
        object.namespace = profile.space;
        object.app = profile.app;
        object.owner = text::uuid(&mut Rng::new(account));
        if profile.app == "kubelet" {
            own = Rng::new(target.node());
            object.number = target.node();
        }
        object.rename(PODS.name, &mut own);
        profile.describe(&object, &mut own, rng)
    }
}

impl Profile {
    /// Fills the templates; `own` makes up the same for every request.
    fn describe(
        &self,
        object: &Object,
        own: &mut Rng,
        rng: &mut Rng,
    ) -> Actor {
        let mut text = |template| {
            let mut text = Vec::with_capacity(512);
            Pen::new(&mut text, own, object, SECOND).write(template);
            text
        };
        let mut actor = Actor {
            username: text(self.username),
            user: text(r#"{"username":""#),
            impersonated: Vec::new(),
            sources: text(self.sources),
            agent: text(self.agent),
            reason: text(self.reason),
        };
        actor.user.extend_from_slice(&actor.username);
        actor.user.push(b'"');
        actor.user.extend(text(self.rest));
        actor.user.push(b'}');
        if let Some((name, rest)) = self.acts_as.filter(|_| rng.chance(60)) {
            let as_user = [r#"{"username":""#, name, "\"", rest, "}"];
            actor.impersonated = text(&as_user.concat());
            actor.username = name.into();
            if rng.chance(200) {
                actor.impersonated.extend_from_slice(CONSTRAINED);
            }
        }
        actor
    }
}

/// What follows an impersonation that was constrained.
const CONSTRAINED: &[u8] = br#","authenticationMetadata":{"impersonationConstraint":"impersonate:user-info"}"#;
