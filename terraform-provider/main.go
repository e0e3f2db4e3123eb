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

// version is set by the linker at a release.
var version = "dev"

func main() {
	attachable := flag.Bool("debug", false, "let a debugger attach, and print how terraform finds this process")
	tellVersion := flag.Bool("version", false, "print the version, and end")
	flag.Parse()
	if *tellVersion {
		fmt.Println("terraform-provider-agyn " + version)
		return
	}

	quieten()
	if os.Getenv("GOGC") == "" {
		// It lives for seconds with a small heap, and would collect it at every few resources.
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

// quieten turns off the logs that nobody asked for. Terraform drops them, and to write and read some forty lines for each
// resource costs both processes about as much as all else that they do for it.
func quieten() {
	for _, asked := range []string{"TF_LOG", "TF_LOG_PROVIDER"} {
		if os.Getenv(asked) != "" {
			return
		}
	}
	for _, unasked := range []string{"TF_LOG_SDK", "TF_LOG_PROVIDER_AGYN"} {
		if os.Getenv(unasked) == "" {
			_ = os.Setenv(unasked, "off")
		}
	}
}
