"""Kubernetes Secrets as what proxies are sent by SDS. Rules: `pilot/pkg/credentials/kube/secrets.go` in Istio."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from lateen.ir.names import sds_name
from lateen.ir.origin import ConfigOrigin
from lateen.ir.secret import Secret
from lateen.model.tls_secret import CA_SUFFIX, TlsSecret

Origins = tuple[ConfigOrigin, ...]

TlsSecrets = Mapping[str, TlsSecret]
"""Those of one namespace, by name: proxies get no others."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """A Secret that is not there, or (`defect`) of no use."""

    name: str
    defect: str = ""

    def texts(self, namespace: str) -> tuple[str, str]:
        """What is wrong, and what to do about it."""
        where = f"{namespace}/{secret_name(self.name)}"
        if self.defect:
            message = f'Referenced credentialName cannot be used: "{self.name}": {self.defect}'
            return message, f"correct Secret {where}"
        message = f'Referenced credentialName not found: "{self.name}"'
        return message, f"apply Secret {where}: it must be in the namespace of the proxy's pod"


def secret_name(credential: str) -> str:
    """The name of the Secret that a `credentialName` means."""
    return credential.removeprefix("kubernetes://")


def names_for(credential: str) -> tuple[str, str]:
    """The names of the Secrets that a credential may be made of: its own, and its authority's."""
    return secret_name(credential), secret_name(credential) + CA_SUFFIX


def key_pair(secrets: TlsSecrets, credential: str, origins: Origins) -> Secret | Unusable:
    """A certificate with its key."""
    found = secrets.get(secret_name(credential))
    if found is None or found.defect:
        return Unusable(credential, found.defect if found else "")
    return Secret(
        name=sds_name(credential), certificate=found.certificate, private_key=found.private_key, origins=origins
    )


def authority(secrets: TlsSecrets, credential: str, origins: Origins) -> Secret | Unusable:
    """The authority that peers are checked by: of a Secret `<name>-cacert`, else the credential's own."""
    own, separate = names_for(credential)
    found = secrets.get(separate, secrets.get(own))
    if found is None or found.ca_defect:
        return Unusable(found.name if found else credential + CA_SUFFIX, found.ca_defect if found else "")
    return Secret(name=sds_name(credential) + CA_SUFFIX, ca=found.ca, crl=found.crl, origins=origins)


def add_secrets(secrets: dict[str, Secret], more: Iterable[Secret]) -> None:
    """Add to `secrets`; one that several resources name is on behalf of them all."""
    for secret in more:
        known = secrets.get(secret.name)
        origins = dict.fromkeys((*(known.origins if known else ()), *secret.origins))
        secrets[secret.name] = replace(secret, origins=tuple(origins))
