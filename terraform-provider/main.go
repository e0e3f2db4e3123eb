// Terraform-provider-agyn manages secrets, LLM providers and models of the Agyn LLM control plane.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"runtime/debug"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/agynio/agyn/terraform-provider/internal/provider"
)

// version is set by the linker in releases.
var version = "dev"

func main() {
	attachable := flag.Bool("debug", false, "let a debugger attach, and print how to connect Terraform to this process")
	showVersion := flag.Bool("version", false, "print the version and exit")
	flag.Parse()
	if *showVersion {
		fmt.Println("terraform-provider-agyn " + version)
		return
	}

	disableLogs()
	if os.Getenv("GOGC") == "" {
		// The provider runs for seconds with a small heap. With the default, it would collect garbage every few resources.
		debug.SetGCPercent(400)
	}
	options := providerserver.ServeOpts{
		Address:         "registry.terraform.io/agynio/agyn",
		Debug:           *attachable,
		ProtocolVersion: 6,
	}
	if err := providerserver.Serve(context.Background(), provider.New(version), options); err != nil {
		log.Fatal(err)
	}
}

// disableLogs turns off logs that nobody enabled. Terraform discards them, but writing and reading some forty lines for each
// resource takes both processes about as long as all other work on it.
func disableLogs() {
	for _, variable := range []string{"TF_LOG", "TF_LOG_PROVIDER"} {
		if os.Getenv(variable) != "" {
			return
		}
	}
	for _, variable := range []string{"TF_LOG_SDK", "TF_LOG_PROVIDER_AGYN"} {
		if os.Getenv(variable) == "" {
			_ = os.Setenv(variable, "off")
		}
	}
}
