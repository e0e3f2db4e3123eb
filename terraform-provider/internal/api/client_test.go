package api

import (
	"strings"
	"testing"
)

func TestInvalidGatewayIsRejectedWithoutShowingCredentials(t *testing.T) {
	for _, gateway := range []string{
		"https://user:hunter2@agyn.example.com",
		"https://hunter2@agyn.example.com",
		"https://agyn.example.com?key=hunter2",
		"https://agyn.example.com#hunter2",
		"https://agyn.example.com?",
		"https://agyn.example.com#",
		"user:hunter2@agyn.example.com",
		"https://user:hunter2%@agyn.example.com",
		"ftp://agyn.example.com",
		"https://",
		"agyn.example.com",
	} {
		_, err := New(Settings{Gateway: gateway, Token: "agyn_token", Version: "test"})
		if err == nil || !strings.Contains(err.Error(), "must be the server's base URL") {
			t.Errorf("%s: %v", gateway, err)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error shows a credential: %v", err)
		}
	}
}

func TestGatewayMayHaveAPathAndATrailingSlash(t *testing.T) {
	for gateway, expected := range map[string]string{
		"http://localhost:8080":          "http://localhost:8080/api/v1",
		"https://agyn.example.com/":      "https://agyn.example.com/api/v1",
		"https://example.com/agyn/":      "https://example.com/agyn/api/v1",
		"HTTPS://agyn.example.com:8443/": "HTTPS://agyn.example.com:8443/api/v1",
	} {
		client, err := New(Settings{Gateway: gateway, Token: "agyn_token", Version: "test"})
		if err != nil {
			t.Errorf("%s: %v", gateway, err)
		} else if url := client.GetConfig().Servers[0].URL; url != expected {
			t.Errorf("%s becomes %s, want %s", gateway, url, expected)
		}
	}
}
