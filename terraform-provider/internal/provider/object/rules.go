package object

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// The patterns of the contract in Go's syntax. A test compares them with the contract.
const (
	textPattern        = `^[^\x{0000}-\x{0020}\x{007F}-\x{009F}]([^\x{0000}-\x{001F}\x{007F}-\x{009F}]*[^\x{0000}-\x{0020}\x{007F}-\x{009F}])?$`
	descriptionPattern = `^[^\x{0000}-\x{0008}\x{000B}-\x{001F}\x{007F}-\x{009F}]*$`
	searchPattern      = `^[^\x{0000}-\x{001F}\x{007F}-\x{009F}]*$`
	slugPattern        = `^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`
	usernamePattern    = `^[a-z0-9_-]{1,32}$`
	emailPattern       = "^[A-Za-z0-9.!#$%&'*+/=?^_\\x60{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$"
	endpointPattern    = `^https?://([A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?$`
	tokenPattern       = `^[\x21-\x7E]+$`
	vaultPathPattern   = `^[A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*$`
	remotePathPattern  = `^[^/?#\x{0000}-\x{001F}\x{007F}-\x{009F}]+(/[^/?#\x{0000}-\x{001F}\x{007F}-\x{009F}]+)*$`
	remoteKeyPattern   = `^[^\x{0000}-\x{001F}\x{007F}-\x{009F}]+$`
)

// uuid accepts lower case only, the case that the server returns: otherwise the state would differ from the plan.
var uuid = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// operationPattern matches the paths that SDKs append to an endpoint.
var operationPattern = regexp.MustCompile(`(/responses|/messages)/*$`)

// vaultAPIPattern matches the path that requests append to the address of a secret provider.
var vaultAPIPattern = regexp.MustCompile(`/v1/*$`)

// UUID validates an id.
func UUID() validator.String {
	return stringvalidator.RegexMatches(uuid, "must be a UUID in lower case")
}

// IsUUID reports whether a text is an id.
func IsUUID(text string) bool {
	return uuid.MatchString(text)
}

// Group validates the name of a group of the identity provider.
func Group() []validator.String {
	return []validator.String{
		stringvalidator.UTF8LengthBetween(1, 256),
		stringvalidator.RegexMatches(regexp.MustCompile(searchPattern), "must not contain control characters"),
	}
}

// Text validates a name or another short text of at most so many characters.
func Text(most int) []validator.String {
	return []validator.String{
		stringvalidator.UTF8LengthBetween(1, most),
		stringvalidator.RegexMatches(regexp.MustCompile(textPattern), "must not contain control characters, or begin or end with a space"),
	}
}

// Description validates free text.
func Description() []validator.String {
	return []validator.String{
		stringvalidator.UTF8LengthAtMost(1024),
		stringvalidator.RegexMatches(regexp.MustCompile(descriptionPattern), "must not contain control characters except tabs and line feeds"),
	}
}

// Search validates a part of a text.
func Search() []validator.String {
	return []validator.String{
		stringvalidator.UTF8LengthBetween(1, 254),
		stringvalidator.RegexMatches(regexp.MustCompile(searchPattern), "must not contain control characters"),
	}
}

// Slug validates a DNS label.
func Slug() []validator.String {
	return []validator.String{
		stringvalidator.LengthBetween(1, 63),
		stringvalidator.RegexMatches(regexp.MustCompile(slugPattern), "must be a DNS label: lower-case letters, digits, and hyphens between them"),
	}
}

// Username validates a username.
func Username() []validator.String {
	return []validator.String{
		stringvalidator.RegexMatches(regexp.MustCompile(usernamePattern), "must have 1 to 32 lower-case letters, digits, hyphens and underscores"),
	}
}

// Email validates an email address.
func Email() []validator.String {
	return []validator.String{
		stringvalidator.LengthBetween(3, 254),
		stringvalidator.RegexMatches(regexp.MustCompile(emailPattern), "must be an email address in ASCII, such as payments@acme.example"),
	}
}

// Endpoint validates a base URL.
func Endpoint() []validator.String {
	return []validator.String{
		stringvalidator.LengthAtMost(2048),
		sensitivePattern{regexp.MustCompile(endpointPattern), false, "must be an http or https URL without user info, query or fragment"},
		sensitivePattern{operationPattern, true, "must not end in /responses or /messages; the endpoint is the base URL, and calls add it"},
	}
}

// VaultAddress validates the URL of a secret provider.
func VaultAddress() []validator.String {
	return []validator.String{
		stringvalidator.LengthAtMost(2048),
		sensitivePattern{regexp.MustCompile(endpointPattern), false, "must be an http or https URL without user info, query or fragment"},
		sensitivePattern{vaultAPIPattern, true, "must not end in /v1; requests add it"},
	}
}

// VaultPath validates a namespace or a mount of a secret provider.
func VaultPath() []validator.String {
	return []validator.String{
		stringvalidator.LengthBetween(1, 256),
		stringvalidator.RegexMatches(regexp.MustCompile(vaultPathPattern), "must be names of letters, digits and . _ ~ -, separated by slashes"),
	}
}

// RemotePath validates a path in a secret provider.
func RemotePath() []validator.String {
	return []validator.String{
		stringvalidator.UTF8LengthBetween(1, 512),
		stringvalidator.RegexMatches(regexp.MustCompile(remotePathPattern),
			"must be names separated by slashes, such as kv/data/prod/openai, without ?, # or control characters"),
	}
}

// RemoteKey validates a key at a path in a secret provider.
func RemoteKey() []validator.String {
	return []validator.String{
		stringvalidator.UTF8LengthBetween(1, 256),
		stringvalidator.RegexMatches(regexp.MustCompile(remoteKeyPattern), "must not contain control characters"),
	}
}

// Token validates a credential that is sent in a header.
func Token() []validator.String {
	return VisibleASCII(8192)
}

// VisibleASCII validates a credential, or a part of one, of at most so many characters.
func VisibleASCII(most int) []validator.String {
	return []validator.String{
		sensitiveLength{1, most},
		sensitivePattern{regexp.MustCompile(tokenPattern), false, "must consist of visible ASCII characters without spaces"},
	}
}

// SecretValue validates the value of a secret.
func SecretValue() []validator.String {
	return []validator.String{sensitiveLength{1, 65536}}
}

// OneOf validates an enum of the contract.
func OneOf[E ~string](values []E) validator.String {
	return stringvalidator.OneOf(texts(values)...)
}

// Backticked enumerates the values of an enum for a description.
func Backticked[E ~string](values []E) string {
	quoted := texts(values)
	for i, value := range quoted {
		quoted[i] = fmt.Sprintf("`%s`", value)
	}
	last := len(quoted) - 1
	return strings.Join(quoted[:last], ", ") + " or " + quoted[last]
}

func texts[E ~string](values []E) []string {
	texts := make([]string, 0, len(values))
	for _, value := range values {
		texts = append(texts, string(value))
	}
	return texts
}
