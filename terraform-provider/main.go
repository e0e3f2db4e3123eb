// Terraform-provider-agyn manages secrets, LLM providers and models of the Agyn LLM control plane.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/agynio/agyn/terraform-provider/internal/provider"
)

// version is set by the linker at a release.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "let a debugger attach, and print how terraform finds this process")
	tellVersion := flag.Bool("version", false, "print the version, and end")
	flag.Parse()
	if *tellVersion {
		fmt.Println("terraform-provider-agyn " + version)
		return
	}

	options := providerserver.ServeOpts{
		Address:         "registry.terraform.io/agynio/agyn",
		Debug:           *debug,
		ProtocolVersion: 6,
	}
	if err := providerserver.Serve(context.Background(), provider.New(version), options); err != nil {
		log.Fatal(err)
	}
}
