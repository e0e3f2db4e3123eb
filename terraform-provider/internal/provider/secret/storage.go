package secret

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/agynio/agyn/terraform-provider/internal/client"
	"github.com/agynio/agyn/terraform-provider/internal/provider/object"
)

// checkStorage requires the value of a local secret in one of its two forms, or all three attributes of a remote secret. It
// accepts unknown values, such as the id of a secret provider that the same apply creates.
func checkStorage(config resourceModel, diagnostics *diag.Diagnostics) {
	remote := []struct {
		name  string
		value attr.Value
	}{{"provider_id", config.ProviderID}, {"remote_path", config.RemotePath}, {"remote_key", config.RemoteKey}}
	first := ""
	var missing []string
	for _, attribute := range remote {
		switch {
		case attribute.value.IsNull():
			missing = append(missing, attribute.name)
		case first == "" && object.IsSet(attribute.value):
			first = attribute.name
		}
	}
	hasNoValue := config.Value.IsNull() && config.ValueWO.IsNull()
	switch {
	case object.IsSet(config.Value) && object.IsSet(config.ValueWO):
		diagnostics.AddAttributeError(path.Root("value_wo"), "The value is set twice", "Set value or value_wo, not both.")
	case first != "" && object.IsSet(config.Value):
		rejectValue("value", diagnostics)
	case first != "" && object.IsSet(config.ValueWO):
		rejectValue("value_wo", diagnostics)
	case first != "":
		for _, name := range missing {
			diagnostics.AddAttributeError(path.Root(first), "The reference is incomplete",
				fmt.Sprintf("Add %s; a remote secret requires it.", name))
		}
	case hasNoValue && len(missing) > 0:
		diagnostics.AddAttributeError(path.Root("value"), "The value is missing",
			"Set value, or value_wo, which is not in the state; or provider_id, remote_path and remote_key, if the value is in a secret provider.")
	}
}

func rejectValue(attribute string, diagnostics *diag.Diagnostics) {
	diagnostics.AddAttributeError(path.Root(attribute), "The secret is remote",
		fmt.Sprintf("Remove %s, or provider_id, remote_path and remote_key: the value of a remote secret is in its secret provider.", attribute))
}

// isRemote reports whether a fully known secret is remote. checkStorage requires the other two attributes with this one.
func (m model) isRemote() bool {
	return !m.ProviderID.IsNull()
}

// storage returns the storage to send, nil for local, the default.
func (m model) storage() *client.SecretStorage {
	if m.isRemote() {
		return client.SECRETSTORAGE_REMOTE.Ptr()
	}
	return nil
}

// hasReferenceOf reports whether two secrets have the same reference, or none.
func (m model) hasReferenceOf(other model) bool {
	return m.ProviderID.Equal(other.ProviderID) && m.RemotePath.Equal(other.RemotePath) && m.RemoteKey.Equal(other.RemoteKey)
}
