package object

import (
	"fmt"
	"regexp"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// The patterns of the contract, as Go writes them; a test compares them with the contract.
const (
	textPattern        = `^[^\x{0000}-\x{0020}\x{007F}-\x{009F}]([^\x{0000}-\x{001F}\x{007F}-\x{009F}]*[^\x{0000}-\x{0020}\x{007F}-\x{009F}])?$`
	descriptionPattern = `^[^\x{0000}-\x{0008}\x{000B}-\x{001F}\x{007F}-\x{009F}]*$`
	slugPattern        = `^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`
	emailPattern       = "^[A-Za-z0-9.!#$%&'*+/=?^_\\x60{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$"
	endpointPattern    = `^https?://([A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?$`
	tokenPattern       = `^[\x21-\x7E]+$`
)

// As the server answers them, or what was planned would not be what is.
var uuid = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// The paths that calls add to an endpoint.
var operationPattern = regexp.MustCompile(`(/responses|/messages)/*$`)

// UUID wants the id of something.
func UUID() validator.String {
	return stringvalidator.RegexMatches(uuid, "must be an id, a UUID in small letters")
}

// Duration wants a time to wait.
func Duration() validator.String {
	return parses{"must be a duration, such as 30m or 4h", func(text string) bool {
		duration, err := time.ParseDuration(text)
		return err == nil && duration > 0
	}}
}

// Text wants a name, or something like it, of so many characters at most.
func Text(most int) []validator.String {
	return []validator.String{
		stringvalidator.UTF8LengthBetween(1, most),
		stringvalidator.RegexMatches(regexp.MustCompile(textPattern), "must have no control characters, and no space at either end"),
	}
}

// Description wants free text.
func Description() []validator.String {
	return []validator.String{
		stringvalidator.UTF8LengthAtMost(1024),
		stringvalidator.RegexMatches(regexp.MustCompile(descriptionPattern), "must have no control characters but tabs and line feeds"),
	}
}

// Slug wants a DNS label.
func Slug() []validator.String {
	return []validator.String{
		stringvalidator.LengthBetween(1, 63),
		stringvalidator.RegexMatches(regexp.MustCompile(slugPattern), "must be a DNS label: small letters, digits, and hyphens between them"),
	}
}

// Email wants an address.
func Email() []validator.String {
	return []validator.String{
		stringvalidator.LengthBetween(3, 254),
		stringvalidator.RegexMatches(regexp.MustCompile(emailPattern), "must be an email address in ASCII, such as payments@acme.example"),
	}
}

// Endpoint wants a base URL.
func Endpoint() []validator.String {
	return []validator.String{
		stringvalidator.LengthAtMost(2048),
		matchesUnshown{regexp.MustCompile(endpointPattern), "must be an http or https URL without user info, query or fragment"},
		differsUnshown{matchesUnshown{operationPattern, "must be the base URL, without /responses or /messages at its end: calls add them"}},
	}
}

// Token wants what travels in a header.
func Token() []validator.String {
	return []validator.String{
		lengthUnshown{1, 8192},
		matchesUnshown{regexp.MustCompile(tokenPattern), "must be visible ASCII characters without spaces"},
	}
}

// SecretValue wants the value of a secret.
func SecretValue() []validator.String {
	return []validator.String{lengthUnshown{1, 65536}}
}

// OneOf wants one of the values that the contract lists.
func OneOf[E ~string](values []E) validator.String {
	names := make([]string, 0, len(values))
	for _, value := range values {
		names = append(names, string(value))
	}
	return stringvalidator.OneOf(names...)
}

// Backticked lists the values of the contract for a description.
func Backticked[E ~string](values []E) string {
	text := ""
	for i, value := range values {
		switch {
		case i == 0:
		case i == len(values)-1:
			text += " or "
		default:
			text += ", "
		}
		text += fmt.Sprintf("`%s`", value)
	}
	return text
}
